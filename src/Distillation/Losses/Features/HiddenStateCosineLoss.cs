namespace Distillation.Losses;

/// <summary>Hidden states point the same way (DistilBERT; Sanh et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>mean (1 − cos(c(s), t))</c>, with the cosine over the last dimension, for layers [N, T, D], or [N, ..., D], and the connector c: the mean over places and
/// over pairs. In layers [N, T, D] the places that the mask of a <see cref="MaskedBatch"/>, [N, T], rules out do not count; with a mask [N], the samples do
/// not.
/// </para>
/// <para>DistilBERT's own code takes the places that count of all samples together, as this does. A state of zeros has the cosine 0 with every other.</para>
/// </remarks>
public sealed class HiddenStateCosineLoss : IDistillationLoss
{
    private readonly PairedLayers _layers;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The layers; see <see cref="LayerMapping"/>.</param>
    /// <param name="connector">What brings the student's states to the teacher's width, one for each pair; nothing if not given.</param>
    public HiddenStateCosineLoss(IReadOnlyList<LayerPair> pairs, Connector? connector = null) => _layers = new PairedLayers(pairs, connector);

    /// <inheritdoc/>
    public RequiredFeatures Features => _layers.Features;

    /// <inheritdoc/>
    /// <value>The connectors, once <see cref="Prepare"/> has made them; <see langword="null"/> without.</value>
    public torch.nn.Module? Module => _layers.Module;

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Pairs", _layers.Pairs), ("Connector", _layers.Connector)];

    /// <inheritdoc/>
    public void Prepare(DistillationContext sample) => _layers.Prepare(sample);

    /// <inheritdoc/>
    /// <returns>The number of places that count, or <see langword="null"/> without a mask.</returns>
    public Tensor? GetWeight(Batch batch, ModelOutput student) => _layers.GetWeight(batch, student, PlaceMask.CountOfStates);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The shapes of layers or mask do not fit, or the loss has a connector and has not seen a batch.</exception>
    public Tensor Compute(DistillationContext context) => _layers.MeanOfStates(
        context, (student, teacher) => (UnitVectors.Of(student, -1) * UnitVectors.Of(teacher, -1)).sum(-1).RSub(1));
}
