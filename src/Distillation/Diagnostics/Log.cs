using Microsoft.Extensions.Logging;

namespace Distillation.Diagnostics;

/// <summary>Every message that the library logs. Ids: 1xx training.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Information, "Training started: {Samples} samples, {StepsPerEpoch} steps an epoch, {TotalSteps} steps.")]
    public static partial void TrainingStarted(ILogger logger, long samples, long stepsPerEpoch, long totalSteps);

    [LoggerMessage(102, LogLevel.Information, "Epoch {Epoch} ended at step {Step}: loss {Loss}, learning rate {LearningRate}, {SamplesPerSecond} samples a second.")]
    public static partial void EpochEnded(ILogger logger, int epoch, long step, double loss, double learningRate, double samplesPerSecond);

    [LoggerMessage(103, LogLevel.Information, "Epoch {Epoch} validated: accuracy {Accuracy}, negative log-likelihood {NegativeLogLikelihood}.")]
    public static partial void EpochValidated(ILogger logger, int epoch, double accuracy, double negativeLogLikelihood);

    [LoggerMessage(104, LogLevel.Information, "Training ended: {Status} at step {Step} after {Elapsed}.")]
    public static partial void TrainingEnded(ILogger logger, TrainingStatus status, long step, TimeSpan elapsed);

    [LoggerMessage(105, LogLevel.Information, "The weights of epoch {Epoch} were restored: {Metric} {Value}.")]
    public static partial void BestRestored(ILogger logger, int epoch, string metric, double value);

    [LoggerMessage(106, LogLevel.Error, "Training diverged: the loss {Term} was {Value} at step {Step}.")]
    public static partial void TrainingDiverged(ILogger logger, string term, double value, long step);
}
