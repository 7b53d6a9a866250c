namespace Distillation.Crash;

/// <summary>Where a teacher's outputs come from.</summary>
internal enum TeacherKind
{
    /// <summary>The model itself, each time.</summary>
    Live,

    /// <summary>A cache in memory, which is filled as the run goes and lost with the process.</summary>
    Cached,
}
