namespace Distillation.SmallData;

/// <summary>The pooled output of one layer of a teacher.</summary>
public sealed record LayerFeatures : FeaturePart
{
    /// <summary>Names the layer.</summary>
    /// <param name="layer">The layer, one of the teacher's <see cref="ITeacher.AvailableFeatures"/>.</param>
    /// <param name="pooling">How its output becomes one vector a sample; <see cref="FeaturePooling.Average"/> if not given.</param>
    public LayerFeatures(Feature layer, FeaturePooling? pooling = null)
    {
        (Layer, Pooling) = (layer, pooling ?? FeaturePooling.Average);
        SquareRoot = true;
    }

    /// <summary>Gets the layer.</summary>
    public Feature Layer { get; }

    /// <summary>Gets how its output becomes one vector a sample.</summary>
    public FeaturePooling Pooling { get; }

    /// <inheritdoc/>
    public override string Name => $"{Layer}, {Pooling}";

    /// <summary>Creates the parts of some layers with some poolings each: candidates for a <see cref="FeatureSelection"/>.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="poolings">The poolings.</param>
    /// <returns>A part for each pair, all poolings of the first layer first.</returns>
    public static IReadOnlyList<LayerFeatures> Candidates(IEnumerable<Feature> layers, params IReadOnlyList<FeaturePooling> poolings)
    {
        Require.Positive(Require.Present(poolings).Count, nameof(poolings));
        return [.. Require.Present(layers).SelectMany(layer => poolings.Select(pooling => new LayerFeatures(layer, pooling)))];
    }
}
