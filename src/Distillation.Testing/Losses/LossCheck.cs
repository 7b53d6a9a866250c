namespace Distillation.Testing;

/// <summary>Checks a loss: what a training run relies on.</summary>
/// <remarks>
/// <para>Each check creates a loss, prepares it on random outputs of a student and a teacher in float64, and looks at one thing:</para>
/// <list type="table">
/// <item>
/// <term>gradient at outputs</term>
/// <description>It equals central finite differences, at the logits and at each layer of the student.</description>
/// </item>
/// <item><term>gradient at parameters</term><description>It equals central finite differences, at what the loss learns itself.</description></item>
/// <item><term>closed form in float64, closed form in float32</term><description>Value and gradient equal those of the graph.</description></item>
/// <item><term>closed form inputs</term><description>The closed form leaves its inputs unchanged, and returns tensors of its own.</description></item>
/// <item><term>float32</term><description>Value and gradient agree with those in float64.</description></item>
/// <item>
/// <term>huge logits, one-hot teacher, equal logits, student equal to teacher, one sample, two classes, zero layers</term>
/// <description>The value is a scalar, value and gradient are finite, and the closed form equals the graph.</description>
/// </item>
/// <item><term>live tensors</term><description>No tensor is left after 100 updates.</description></item>
/// <item><term>descent</term><description>A small step along the negative gradient lowers the loss.</description></item>
/// <item>
/// <term>parts of a batch</term>
/// <description>
/// Where <see cref="IDistillationLoss.ComparesSamples"/> is <see langword="false"/>, the value is the mean of the values for parts of the batch, weighted by
/// <see cref="IDistillationLoss.GetWeight"/> or by the number of samples. A loss whose module has batch normalization is not checked: it sees the smaller
/// batches.
/// </description>
/// </item>
/// </list>
/// <para>
/// Random numbers, the memory (buffers of the module) and the parameters of the loss are the same at each value that a check compares. What a loss makes in
/// <see cref="IDistillationLoss.Prepare"/> must have the type of the outputs that it sees there.
/// </para>
/// <para>A closed form that is wrong in float64 fails "closed form in float64" alone: other checks do not look at it then.</para>
/// </remarks>
public static class LossCheck
{
    /// <summary>Runs all checks that the options do not skip.</summary>
    /// <param name="create">Creates the loss; a new one at each call.</param>
    /// <param name="options">What the loss is checked on; the defaults if not given.</param>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    /// <exception cref="CheckFailedException">One or more checks failed; the exception has all failures.</exception>
    public static void Run(Func<IDistillationLoss> create, LossCheckOptions? options = null) => Check.RunAll(All(create, options));

    /// <summary>Lists the checks, the skipped ones too, so that a test framework can show each as a test.</summary>
    /// <param name="create">Creates the loss; a new one at each call.</param>
    /// <param name="options">What the loss is checked on; the defaults if not given.</param>
    /// <returns>The checks, with the same names for every loss.</returns>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    public static IReadOnlyList<Check> All(Func<IDistillationLoss> create, LossCheckOptions? options = null)
    {
        Require.Present(create);
        options ??= new LossCheckOptions();
        var gradients = new GradientChecks(create, options);
        var extremes = new ExtremeChecks(create, options, gradients);
        var batches = new BatchChecks(create, options);
        return Check.Create(
            options.Skip,
            options.Seed,
            ("gradient at outputs", gradients.AtOutputs),
            ("gradient at parameters", gradients.AtParameters),
            ("closed form in float64", gradients.ClosedFormInFloat64),
            ("closed form in float32", gradients.ClosedFormInFloat32),
            ("closed form inputs", gradients.ClosedFormInputs),
            ("float32", gradients.Float32),
            ("huge logits", extremes.HugeLogits),
            ("one-hot teacher", extremes.OneHotTeacher),
            ("equal logits", extremes.EqualLogits),
            ("student equal to teacher", extremes.StudentEqualToTeacher),
            ("one sample", extremes.OneSample),
            ("two classes", extremes.TwoClasses),
            ("zero layers", extremes.ZeroLayers),
            ("live tensors", batches.LiveTensors),
            ("descent", batches.Descent),
            ("parts of a batch", batches.Parts));
    }
}
