namespace Distillation.Losses;

/// <summary>A layer of the student, and the layer of the teacher that it is compared with.</summary>
/// <param name="Student">The student's layer.</param>
/// <param name="Teacher">The teacher's layer.</param>
public readonly record struct LayerPair(Feature Student, Feature Teacher)
{
    /// <summary>Gets what a loss over several pairs reads.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <returns>All their layers.</returns>
    public static FeatureDemand Demand(IEnumerable<LayerPair> pairs)
    {
        LayerPair[] all = [.. Require.Present(pairs)];
        return new(FeatureSet.Of(all.Select(pair => pair.Student)), FeatureSet.Of(all.Select(pair => pair.Teacher)));
    }
}
