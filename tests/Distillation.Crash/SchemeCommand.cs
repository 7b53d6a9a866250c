using Distillation.Serialization;

namespace Distillation.Crash;

/// <summary>Trains by a scheme with a checkpoint every three steps, goes on where an earlier call was killed, and writes down the weights.</summary>
internal static class SchemeCommand
{
    public const string ResultFile = "result.safetensors";

    public static TrainingStatus Run(string scheme, string directory, long steps, Hold hold)
    {
        hold.CountTermination();
        var checkpoints = new CheckpointOptions(directory) { EverySteps = 3, Written = _ => hold.At(HoldAt.FileWritten) };
        return Run(scheme, directory, steps, checkpoints, hold);
    }

    /// <summary>The same without checkpoints, and without a stop.</summary>
    public static TrainingStatus RunUndisturbed(string scheme, string directory, long steps)
    {
        using var hold = new Hold(HoldAt.Nowhere, 0, TextWriter.Null);
        return Run(scheme, directory, steps, checkpoints: null, hold);
    }

    private static TrainingStatus Run(string scheme, string directory, long steps, CheckpointOptions? checkpoints, Hold hold)
    {
        using var run = new SchemeRun();
        TrainingStatus status = run.Fit(scheme, steps, checkpoints, hold);
        if (status != TrainingStatus.Terminated)
        {
            Safetensors.Write(Path.Combine(directory, ResultFile), run.Weights.ToDictionary());
        }

        return status;
    }
}
