using Microsoft.Extensions.Logging;

namespace Distillation.Diagnostics;

/// <summary>Every message that the library logs. Ids: 1xx training, 2xx checkpoints, 3xx studies.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Information, "Training started: {Samples} samples, {StepsPerEpoch} steps an epoch, {TotalSteps} steps.")]
    public static partial void TrainingStarted(ILogger logger, long samples, long stepsPerEpoch, long totalSteps);

    [LoggerMessage(
        102,
        LogLevel.Information,
        "Epoch {Epoch} ended at step {Step}: loss {Loss:G4}, learning rate {LearningRate:G4}, {SamplesPerSecond:G4} samples a second.")]
    public static partial void EpochEnded(ILogger logger, int epoch, long step, double loss, double learningRate, double samplesPerSecond);

    [LoggerMessage(103, LogLevel.Information, "Epoch {Epoch} validated: {Validation}.")]
    public static partial void EpochValidated(ILogger logger, int epoch, EvaluationReport validation);

    [LoggerMessage(104, LogLevel.Information, "Training ended: {Status} at step {Step} after {Elapsed}.")]
    public static partial void TrainingEnded(ILogger logger, TrainingStatus status, long step, TimeSpan elapsed);

    [LoggerMessage(105, LogLevel.Information, "The weights of epoch {Epoch} were restored: {Metric} {Value:G4}.")]
    public static partial void BestRestored(ILogger logger, int epoch, string metric, double value);

    [LoggerMessage(
        110,
        LogLevel.Warning,
        "On the validation data the teacher's {Metric} is {Teacher:G4}, no better than {Baseline:G4}, that of {Of}: the student can learn little from it.")]
    public static partial void TeacherIsWeak(ILogger logger, string metric, double teacher, double baseline, string of);

    [LoggerMessage(
        111,
        LogLevel.Warning,
        "On the validation data the student's {Metric}, {Student:G4}, is better than the teacher's, {Teacher:G4}: the teacher may hold it back.")]
    public static partial void StudentIsBetter(ILogger logger, string metric, double student, double teacher);

    [LoggerMessage(112, LogLevel.Information, "The teacher could not be measured on the validation data: {Failure}")]
    public static partial void TeacherNotMeasured(ILogger logger, string failure);

    [LoggerMessage(113, LogLevel.Information, "Stage {Number} of {Count} started: {Name}.")]
    public static partial void StageStarted(ILogger logger, int number, int count, string name);

    [LoggerMessage(
        114,
        LogLevel.Warning,
        "oneDNN is off in this process, as it computes {Layer} wrongly on this processor. Convolutions are right and slower without it.")]
    public static partial void OneDnnIsOff(ILogger logger, string layer);

    [LoggerMessage(201, LogLevel.Debug, "Checkpoint {Path} was saved.")]
    public static partial void CheckpointSaved(ILogger logger, string path);

    [LoggerMessage(202, LogLevel.Information, "Training resumed from checkpoint {Path} at step {Step}.")]
    public static partial void TrainingResumed(ILogger logger, string path, long step);

    [LoggerMessage(203, LogLevel.Warning, "Checkpoint {Path} is not whole, and the one before it is used: {Damage}")]
    public static partial void CheckpointDamaged(ILogger logger, string path, string damage);

    [LoggerMessage(204, LogLevel.Error, "The checkpoint of step {Step} could not be written, and the run goes on: {Failure}")]
    public static partial void CheckpointFailed(ILogger logger, long step, string failure);

    [LoggerMessage(205, LogLevel.Warning, "{Path} is no longer needed, but could not be deleted; delete it by hand: {Failure}")]
    public static partial void CheckpointNotDeleted(ILogger logger, string path, string failure);

    [LoggerMessage(
        206,
        LogLevel.Warning,
        "Checkpoint {Path} was written under other conditions: {Differences}. The run goes on, but not with the bits of a run that was never interrupted.")]
    public static partial void ConditionsChanged(ILogger logger, string path, string differences);

    [LoggerMessage(106, LogLevel.Error, "Training diverged at step {Step}. {What}.")]
    public static partial void TrainingDiverged(ILogger logger, string what, long step);

    [LoggerMessage(107, LogLevel.Warning, "The gradient's norm of the {Learner} rose to {Ratio:G4} times its running mean before step {Step}.")]
    public static partial void GradientSpiked(ILogger logger, string learner, double ratio, long step);

    [LoggerMessage(108, LogLevel.Warning, "The update of step {Step} was not made, as loss or gradient was not finite: {InARow} in a row.")]
    public static partial void UpdateSkipped(ILogger logger, long step, int inARow);

    [LoggerMessage(109, LogLevel.Warning, "The last good weights were restored at step {Step}; learning rates are multiplied by {Factor:G4} from here on.")]
    public static partial void RolledBack(ILogger logger, long step, double factor);

    [LoggerMessage(301, LogLevel.Information, "Training {Completed} of {Total} of the study ended: {Name}, {Metric} {Value:G4}.")]
    public static partial void StudyProgressed(ILogger logger, int completed, int total, string name, string metric, double value);

    [LoggerMessage(302, LogLevel.Warning, "The outcome {Path} of a training is damaged, and the training is run again: {Failure}")]
    public static partial void OutcomeDamaged(ILogger logger, string path, string failure);

    [LoggerMessage(303, LogLevel.Warning, "The training of {Name} with seed {Seed} diverged: {Failure}")]
    public static partial void TrialDiverged(ILogger logger, string name, int seed, string failure);
}
