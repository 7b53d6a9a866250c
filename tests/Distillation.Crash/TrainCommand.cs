using Distillation.Serialization;

namespace Distillation.Crash;

/// <summary>Trains with a checkpoint every three steps, goes on where an earlier call was killed, and writes down what came of it.</summary>
internal static class TrainCommand
{
    public const string ResultFile = "result.safetensors";

    public static TrainingStatus Run(string directory, long steps, TeacherKind teacher, Hold hold)
    {
        hold.CountTermination();
        hold.At(HoldAt.Start);
        return Run(directory, steps, teacher, new CheckpointOptions(directory) { EverySteps = 3, Written = _ => hold.At(HoldAt.FileWritten) }, hold);
    }

    public static TrainingStatus Run(string directory, long steps, TeacherKind teacher) =>
        Run(directory, steps, teacher, new CheckpointOptions(directory) { EverySteps = 3 }, progress: null);

    /// <summary>The same run without checkpoints.</summary>
    public static TrainingStatus RunUndisturbed(string directory, long steps, TeacherKind teacher) =>
        Run(directory, steps, teacher, checkpoints: null, progress: null);

    private static TrainingStatus Run(string directory, long steps, TeacherKind teacher, CheckpointOptions? checkpoints, IProgress<TrainingProgress>? progress)
    {
        using var scope = torch.NewDisposeScope();
        using var run = new SmallRun(teacher);
        TrainingResult result = run.Fit(steps, checkpoints, progress);
        if (result.Status != TrainingStatus.Canceled)
        {
            Dictionary<string, Tensor> all = run.Network.state_dict();
            all.Add("history", torch.tensor(result.History.SelectMany(Numbers).ToArray()));
            Safetensors.Write(Path.Combine(directory, ResultFile), all);
        }

        return result.Status;
    }

    private static double[] Numbers(TrainingProgress report) =>
        [
            report.Position.Step,
            report.Loss,
            .. report.Terms.Values,
            report.LearningRate,
            report.GradientNorm!.Value,
            report.Validation!.Accuracy,
            report.Validation.NegativeLogLikelihood,
        ];
}
