namespace Distillation.Training;

/// <summary>How often a run has met losses or gradients that are not finite.</summary>
/// <param name="Skipped">Updates that were not made.</param>
/// <param name="InARow">Updates that were not made since the last one that was.</param>
/// <param name="RollBacks">How often the run went back to its last good weights.</param>
internal readonly record struct NonFiniteCounters(long Skipped, int InARow, int RollBacks);
