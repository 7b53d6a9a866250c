using Spectre.Console;

namespace Distillation.Reports;

/// <summary>
/// Shows on the console how far something is: pass it as the progress of any <c>Fit</c>, of a study, of the filling of a teacher's cache, or of a search. A
/// terminal has a bar with the loss, a metric and the time that is left; output that goes to a file or a pipe has a line for each report of a training or of a
/// study, and one for each tenth of what reports a share.
/// </summary>
/// <remarks>
/// Dispose it when the work is done, before anything else is written: the bar stays as it is then. One instance shows one piece of work; reports may come from
/// any thread, one at a time.
/// </remarks>
public sealed class ConsoleProgress : IProgress<TrainingProgress>, IProgress<StudyProgress>, IProgress<double>, IDisposable
{
    private readonly Metric? _metric;
    private readonly IProgressDisplay _display;

    /// <summary>Begins to show progress.</summary>
    /// <param name="title">What is shown, such as <c>student</c>.</param>
    /// <param name="metric">Which metric of a validation is shown; the first of the task if not given.</param>
    /// <param name="console">Where it is shown; the console of the process if not given.</param>
    /// <exception cref="ArgumentException">The title has no letters.</exception>
    public ConsoleProgress(string title = "Training", Metric? metric = null, IAnsiConsole? console = null)
    {
        Require.Text(title);
        _metric = metric;
        console ??= AnsiConsole.Console;
        _display = console.Profile is { Out.IsTerminal: true, Capabilities: { Ansi: true, Interactive: true } }
            ? new BarDisplay(console, Printable.Line(title))
            : new LineDisplay(console, Printable.Line(title));
    }

    /// <summary>Shows where a training is.</summary>
    /// <param name="value">The report of the training.</param>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _display.Show(value.Position.TotalSteps > 0 ? value.Position.Fraction : null, ProgressText.Of(value, _metric));
    }

    /// <summary>Shows where a study is: the training that ended last, its metric, and the time left if trainings take as long as so far.</summary>
    /// <param name="value">The report of the study.</param>
    public void Report(StudyProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _display.Show(value.Total > 0 ? Math.Clamp((double)value.Completed / value.Total, 0, 1) : null, ProgressText.Of(value));
    }

    /// <summary>Shows how much is done.</summary>
    /// <param name="value">The share, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1].</exception>
    public void Report(double value) => _display.Show(
        value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, FormattableString.Invariant($"The share must be in [0, 1], but was {value}.")),
        text: null);

    /// <summary>Ends the display.</summary>
    public void Dispose() => _display.Dispose();
}
