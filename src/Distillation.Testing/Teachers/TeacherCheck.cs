namespace Distillation.Testing;

/// <summary>Checks a teacher: what a training run, a cache and a wrapper rely on.</summary>
/// <remarks>
/// <para>Each check creates a teacher, looks at one thing, and disposes the teacher:</para>
/// <list type="table">
/// <item><term>unchanged batch</term><description>The tensors of the batch keep their values.</description></item>
/// <item><term>same outputs</term><description>The same batch has the same outputs twice, to the bit.</description></item>
/// <item><term>detached outputs</term><description>No output requires a gradient.</description></item>
/// <item><term>shape and device</term><description>Each output is [N, ...], on the device of the batch.</description></item>
/// <item><term>owned outputs</term><description>The outputs belong to the dispose scope of the caller.</description></item>
/// <item><term>live tensors</term><description>A prediction leaves no tensor but its outputs.</description></item>
/// <item>
/// <term>available features</term>
/// <description>Each layer of <see cref="ITeacher.AvailableFeatures"/> can be read, alone and with the others.</description>
/// </item>
/// <item><term>unknown feature</term><description>A layer that does not exist is refused with an <see cref="ArgumentException"/>.</description></item>
/// <item>
/// <term>repeated samples</term>
/// <description>
/// Where <see cref="ITeacher.AcceptsRepeatedSamples"/> is set, a batch that is filled up with repeated samples has the rows of the batch. Of a type that
/// derives from <see cref="Batch"/>, other than <see cref="MaskedBatch"/>, the parts of the batch have the rows of the whole.
/// </description>
/// </item>
/// <item>
/// <term>cancellation</term>
/// <description>A token that is canceled ends a prediction with an <see cref="OperationCanceledException"/>.</description>
/// </item>
/// <item>
/// <term>fingerprint</term>
/// <description><see cref="ITeacher.Fingerprint"/> is <see langword="null"/>, or the same before and after predictions.</description>
/// </item>
/// </list>
/// <para>A teacher whose outputs change from call to call, or have other numbers of rows, is not checked with repeated samples.</para>
/// </remarks>
public static class TeacherCheck
{
    /// <summary>Runs all checks that the options do not skip.</summary>
    /// <param name="create">Creates the teacher; a new one at each call, which the check disposes.</param>
    /// <param name="batch">The samples; they stay the caller's.</param>
    /// <param name="options">How the teacher is checked; the defaults if not given.</param>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    /// <exception cref="CheckFailedException">One or more checks failed; the exception has all failures.</exception>
    public static void Run(Func<ITeacher> create, Batch batch, TeacherCheckOptions? options = null) => Check.RunAll(All(create, batch, options));

    /// <summary>Lists the checks, the skipped ones too, so that a test framework can show each as a test.</summary>
    /// <param name="create">Creates the teacher; a new one at each call, which the check disposes.</param>
    /// <param name="batch">The samples; they stay the caller's.</param>
    /// <param name="options">How the teacher is checked; the defaults if not given.</param>
    /// <returns>The checks, with the same names for every teacher.</returns>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    public static IReadOnlyList<Check> All(Func<ITeacher> create, Batch batch, TeacherCheckOptions? options = null)
    {
        Require.Present(create);
        options ??= new TeacherCheckOptions();
        var outputs = new OutputChecks(create, Require.Present(batch));
        var contract = new TeacherContractChecks(create, batch, options);
        return Check.Create(
            options.Skip,
            options.Seed,
            ("unchanged batch", contract.UnchangedBatch),
            ("same outputs", outputs.Same),
            ("detached outputs", outputs.Detached),
            ("shape and device", outputs.ShapeAndDevice),
            ("owned outputs", outputs.Owned),
            ("live tensors", outputs.LiveTensors),
            ("available features", contract.AvailableFeatures),
            ("unknown feature", contract.UnknownFeature),
            ("repeated samples", contract.RepeatedSamples),
            ("cancellation", contract.Cancellation),
            ("fingerprint", contract.Fingerprint));
    }
}
