using TorchSharp.Modules;

namespace Distillation.Reports;

/// <summary>Writes the reports of a run to an event file, which TensorBoard shows while the run goes on.</summary>
/// <remarks>
/// The tags are <c>loss</c>, <c>terms/name</c> for each term, <c>learning rate</c>, <c>gradient norm</c>, <c>samples per second</c>, and
/// <c>validation/metric</c> for each metric; the step is that of the report. Values are rounded to float32, as the format has it. The file is opened for each
/// value and grows at its end: whatever a run has reported is in it, also if it is killed.
/// </remarks>
#pragma warning disable RS0030 // Banned for its images and histograms of tensors: the numbers here are plain ones, and none goes to native code.
public sealed class TensorBoardProgress : IProgress<TrainingProgress>
{
    private readonly SummaryWriter _writer;
    private readonly IProgress<TrainingProgress>? _next;

    /// <summary>Begins an event file in a directory.</summary>
    /// <param name="directory">The directory, one for each run; made if it is missing. TensorBoard is started with it, or with one above it.</param>
    /// <param name="next">Receives each report after it is written, such as a <see cref="ConsoleProgress"/>; none if not given.</param>
    /// <exception cref="ArgumentException">The name of the directory is empty.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public TensorBoardProgress(string directory, IProgress<TrainingProgress>? next = null)
    {
        _next = next;
        Directory = Require.Text(directory);
        _writer = torch.utils.tensorboard.SummaryWriter(directory);
    }

    /// <summary>Gets the directory of the event file.</summary>
    public string Directory { get; }

    /// <summary>Writes the values of a report.</summary>
    /// <param name="value">The report.</param>
    /// <exception cref="OverflowException">The step is too large for the format of TorchSharp: 2 147 483 647 updates are the most.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int step = checked((int)value.Position.Step);
        Write("loss", value.Loss, step);
        foreach ((string name, double term) in value.Terms)
        {
            Write($"terms/{name}", term, step);
        }

        Write("learning rate", value.LearningRate, step);
        Write("samples per second", value.SamplesPerSecond, step);
        if (value.GradientNorm is { } norm)
        {
            Write("gradient norm", norm, step);
        }

        foreach ((string name, double metric) in value.Validation?.Metrics ?? System.Collections.Immutable.ImmutableDictionary<string, double>.Empty)
        {
            Write($"validation/{name}", metric, step);
        }

        _next?.Report(value);
    }

    // The time of an event is left to the writer.
    private void Write(string tag, double value, int step) => _writer.add_scalar(tag, (float)value, step, null);
}
