using Distillation.Training;

namespace Distillation.Testing;

/// <summary>Checks a training scheme by short runs.</summary>
/// <remarks>
/// <para>Each check creates schemes, trains them, looks at one thing, and disposes them:</para>
/// <list type="table">
/// <item><term>same seed</term><description>Two runs with the same seed end with the same bits of students and losses.</description></item>
/// <item>
/// <term>micro-batches</term>
/// <description>
/// One update by micro-batches equals that of the whole batch. Schemes with a loss that compares samples are not checked, and
/// <see cref="SchemeCheckOptions.ChecksMicroBatches"/> switches the check off.
/// </description>
/// </item>
/// <item>
/// <term>resume</term>
/// <description>A run that is canceled and goes on from its checkpoint, in a temporary directory, ends with the bits of an undisturbed run.</description>
/// </item>
/// <item><term>live tensors</term><description>Run and disposal of the scheme leave no tensor, besides the modules of its losses.</description></item>
/// </list>
/// <para>A scheme whose runs differ with the same seed fails "same seed" alone: the checks that compare other runs find nothing there.</para>
/// </remarks>
public static class SchemeCheck
{
    /// <summary>Runs all checks that the options do not skip.</summary>
    /// <param name="create">
    /// Creates the scheme, with new models and losses at each call. libtorch's generator has the same seed at each call, so that new networks have the same
    /// weights. The check disposes the scheme.
    /// </param>
    /// <param name="data">The training data, of at least as many samples as a batch; it stays the caller's.</param>
    /// <param name="options">How the scheme is checked; the defaults if not given.</param>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    /// <exception cref="CheckFailedException">One or more checks failed; the exception has all failures.</exception>
    public static void Run(Func<ITrainingScheme> create, IDataSource data, SchemeCheckOptions? options = null) => Check.RunAll(All(create, data, options));

    /// <summary>Lists the checks, the skipped ones too, so that a test framework can show each as a test.</summary>
    /// <param name="create">Creates the scheme, with new models and losses at each call, as for <see cref="Run"/>.</param>
    /// <param name="data">The training data, of at least as many samples as a batch; it stays the caller's.</param>
    /// <param name="options">How the scheme is checked; the defaults if not given.</param>
    /// <returns>The checks, with the same names for every scheme.</returns>
    /// <exception cref="ArgumentException">The options skip a check that does not exist.</exception>
    public static IReadOnlyList<Check> All(Func<ITrainingScheme> create, IDataSource data, SchemeCheckOptions? options = null)
    {
        Require.Present(create);
        options ??= new SchemeCheckOptions();
        var runs = new SchemeRuns(create, Require.Present(data), options);
        var checks = new RunChecks(runs, options);
        return Check.Create(
            options.Skip,
            options.Seed,
            ("same seed", checks.SameSeed),
            ("micro-batches", checks.MicroBatches),
            ("resume", checks.Resume),
            ("live tensors", checks.LiveTensors));
    }
}
