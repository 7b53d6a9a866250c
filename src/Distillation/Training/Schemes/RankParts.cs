namespace Distillation.Training;

/// <summary>The parts of a batch that ranks compute: all of the same number of samples, but for the last ones.</summary>
internal static class RankParts
{
    /// <summary>Returns the number of samples in a part, the last ones aside.</summary>
    public static long Size(long samples, int ranks) => (samples + ranks - 1) / ranks;
}
