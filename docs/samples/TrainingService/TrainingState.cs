namespace TrainingService;

/// <summary>Where the training is.</summary>
/// <param name="Status">Starting, Running, Failed, or how the run has ended.</param>
/// <param name="Step">The number of completed updates.</param>
/// <param name="TotalSteps">The number of updates of the whole run.</param>
/// <param name="Loss">The mean loss since the report before.</param>
/// <param name="Accuracy">The accuracy on the test images, once the run has ended.</param>
/// <param name="Error">What failed.</param>
internal sealed record TrainingState(
    string Status, long Step = 0, long TotalSteps = 0, double? Loss = null, double? Accuracy = null, string? Error = null);
