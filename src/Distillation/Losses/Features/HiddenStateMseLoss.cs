namespace Distillation.Losses;

/// <summary>Hidden states are equal (TinyBERT; Jiao et al., 2020).</summary>
/// <remarks>
/// <para><c>mean (c(s) − t)²</c> over all elements, for layers [N, T, D], or [N, ..., D], and the connector c: the mean over places and over pairs.
/// In layers [N, T, D] the places that the mask of a <see cref="MaskedBatch"/>, [N, T], rules out do not count; with a mask [N], the samples do not.</para>
/// <para>
/// TinyBERT takes the sum over pairs, one <see cref="LinearConnector"/> for all of them, and counts padding. Here it is the mean, a connector for each pair,
/// and the mask.
/// </para>
/// </remarks>
public sealed class HiddenStateMseLoss : IDistillationLoss
{
    private readonly PairedLayers _layers;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The layers; see <see cref="LayerMapping"/>.</param>
    /// <param name="connector">What brings the student's states to the teacher's width, one for each pair; nothing if not given.</param>
    public HiddenStateMseLoss(IReadOnlyList<LayerPair> pairs, Connector? connector = null) => _layers = new PairedLayers(pairs, connector);

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
    public Tensor Compute(DistillationContext context) => _layers.MeanOfStates(context, (student, teacher) => (student - teacher).Square().mean([-1]));
}
