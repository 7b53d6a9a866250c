namespace Distillation.AI;

/// <summary>When a system pays off.</summary>
internal static class VerdictCosts
{
    /// <summary>
    /// Returns the number of requests r from which fixed + r · cost is at most that of the language model; nothing where costs are not known.
    /// </summary>
    public static double? BreakEven(LabelingSystem teacher, LabelingSystem chosen)
    {
        double? saved = (teacher.CostPerMillion - chosen.CostPerMillion) / 1e6;
        double more = chosen.FixedCost - teacher.FixedCost;
        return saved switch
        {
            null => null,
            <= 0 => double.PositiveInfinity,
            { } each => Math.Max(0, Math.Ceiling(more / each)),
        };
    }
}
