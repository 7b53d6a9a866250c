using Distillation.Serialization;
using Microsoft.Extensions.Logging;

namespace Distillation.Crash;

/// <summary>Trains in stages with a checkpoint every three steps, goes on where an earlier call was killed, and writes down the weights.</summary>
internal static class StagesCommand
{
    public const string ResultFile = "result.safetensors";

    public static TrainingStatus Run(string directory, Hold hold)
    {
        hold.CountTermination();
        return Run(directory, new CheckpointOptions(directory) { EverySteps = 3, Written = _ => hold.At(HoldAt.FileWritten) }, hold);
    }

    /// <summary>The same stages without checkpoints, and without a stop.</summary>
    public static TrainingStatus RunUndisturbed(string directory)
    {
        using var hold = new Hold(HoldAt.Nowhere, 0, TextWriter.Null);
        return Run(directory, checkpoints: null, hold);
    }

    private static TrainingStatus Run(string directory, CheckpointOptions? checkpoints, Hold hold)
    {
        using var scope = torch.NewDisposeScope();
        using var run = new SmallRun(TeacherKind.Cached);
        TrainingStatus status = run.FitStages(checkpoints, hold, new StageLog(hold)).Status;
        if (status != TrainingStatus.Terminated)
        {
            Safetensors.Write(Path.Combine(directory, ResultFile), run.Network.state_dict());
        }

        return status;
    }

    /// <summary>Stands still where a stage begins.</summary>
    private sealed class StageLog(Hold hold) : ILogger<Training.StagedTrainer>
    {
        private const int StageStarted = 113;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == StageStarted)
            {
                hold.At(HoldAt.Stage);
            }
        }
    }
}
