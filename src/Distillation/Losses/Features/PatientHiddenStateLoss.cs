namespace Distillation.Losses;

/// <summary>Patient distillation: hidden states of several layers point in the same direction (PKD; Sun et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>mean (c(s)/‖c(s)‖ − t/‖t‖)²</c> over all elements, with norms over the last dimension, for layers [N, T, D], or [N, ..., D], and the connector c: the
/// mean over places and over pairs. Of layers [N, T, D] the first place alone counts, [CLS], unless <see cref="FirstPlaceOnly"/> is false. A place that the
/// mask of a <see cref="MaskedBatch"/>, [N, T], rules out does not count; with a mask [N], the sample does not.
/// </para>
/// <para>
/// The values are those of the authors' code with normalized states; the mean over D makes them small, (2/D)(1 − cos), and the weight there is from 10 to 1000
/// (β). The paper takes the sum over pairs, and pairs every other layer of the teacher (skip) or its last ones (last): see <see cref="LayerMapping"/>.
/// </para>
/// </remarks>
public sealed class PatientHiddenStateLoss : IDistillationLoss
{
    private readonly PairedLayers _layers;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The layers; see <see cref="LayerMapping"/>.</param>
    /// <param name="connector">What brings the student's states to the teacher's width, one for each pair; nothing if not given.</param>
    public PatientHiddenStateLoss(IReadOnlyList<LayerPair> pairs, Connector? connector = null) => _layers = new PairedLayers(pairs, connector);

    /// <summary>Gets whether of layers [N, T, D] the first place alone counts.</summary>
    /// <value>The default value is <see langword="true"/>, as in the paper.</value>
    public bool FirstPlaceOnly { get; init; } = true;

    /// <inheritdoc/>
    public RequiredFeatures Features => _layers.Features;

    /// <inheritdoc/>
    /// <value>The connectors, once <see cref="Prepare"/> has made them; <see langword="null"/> without.</value>
    public torch.nn.Module? Module => _layers.Module;

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() =>
        [("Pairs", _layers.Pairs), ("Connector", _layers.Connector), (nameof(FirstPlaceOnly), FirstPlaceOnly)];

    /// <inheritdoc/>
    public void Prepare(DistillationContext sample) => _layers.Prepare(sample);

    /// <inheritdoc/>
    /// <returns>The number of places that count, or <see langword="null"/> without a mask.</returns>
    public Tensor? GetWeight(Batch batch, ModelOutput student) => _layers.GetWeight(batch, student, Count);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The shapes of layers or mask do not fit, or the loss has a connector and has not seen a batch.</exception>
    public Tensor Compute(DistillationContext context) => _layers.Mean(context, PlaceMask.OfStates, Count, Compare);

    private Tensor? Count(Batch batch, Tensor layer) =>
        FirstPlaceOnly && layer.dim() == 3 && batch is MaskedBatch { Mask: { } mask } && mask.dim() == 2
            ? mask.select(1, 0).Ne(0).sum(torch.ScalarType.Float64)
            : PlaceMask.CountOfStates(batch, layer);

    private Tensor Compare(Tensor student, Tensor teacher, Tensor? leftOut)
    {
        if (FirstPlaceOnly && student.dim() == 3)
        {
            (student, teacher, leftOut) = (student.narrow(1, 0, 1), teacher.narrow(1, 0, 1), leftOut?.narrow(1, 0, 1));
        }

        return PlaceMask.Mean((UnitVectors.Of(student, -1) - UnitVectors.Of(teacher, -1)).Square().mean([-1]), leftOut);
    }
}
