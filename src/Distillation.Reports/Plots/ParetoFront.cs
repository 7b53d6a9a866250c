namespace Distillation.Reports;

/// <summary>Which points of a scatter plot are marked as the best: those that no other point beats on both axes.</summary>
public enum ParetoFront
{
    /// <summary>No front is drawn.</summary>
    None,

    /// <summary>A smaller x is better, and a larger y: size against accuracy.</summary>
    SmallXLargeY,

    /// <summary>A smaller x is better, and a smaller y: size against loss.</summary>
    SmallXSmallY,
}
