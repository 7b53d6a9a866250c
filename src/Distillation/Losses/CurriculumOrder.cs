namespace Distillation.Losses;

/// <summary>Which rows of a batch a <see cref="CurriculumLoss"/> takes while it does not take all.</summary>
public enum CurriculumOrder
{
    /// <summary>Those of the smallest difficulty.</summary>
    EasiestFirst,

    /// <summary>Those of the largest difficulty.</summary>
    HardestFirst,
}
