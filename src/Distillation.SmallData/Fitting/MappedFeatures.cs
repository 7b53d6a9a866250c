namespace Distillation.SmallData;

/// <summary>What a function computes of the inputs themselves, beside the layers of a teacher.</summary>
public sealed record MappedFeatures : FeaturePart
{
    private readonly Func<Tensor, Tensor> _map;

    /// <summary>Creates the part.</summary>
    /// <param name="name">The name in reports.</param>
    /// <param name="map">Maps inputs [N, ...] to features [N, ...]; a pure function.</param>
    public MappedFeatures(string name, Func<Tensor, Tensor> map) => (Name, _map) = (Require.Text(name), Require.Present(map));

    /// <summary>Gets the inputs themselves, [N, D].</summary>
    public static MappedFeatures Inputs { get; } = new("inputs", inputs => inputs.alias());

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>Creates the part of histograms of gradients.</summary>
    /// <param name="gradients">The histograms; a <see cref="HistogramOfGradients"/> with its defaults if not given.</param>
    /// <returns>The part.</returns>
    public static MappedFeatures Gradients(HistogramOfGradients? gradients = null) => new("gradients", (gradients ?? new()).Describe);

    internal Tensor Of(Tensor inputs) => _map(inputs).flatten(1);
}
