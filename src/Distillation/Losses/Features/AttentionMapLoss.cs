namespace Distillation.Losses;

/// <summary>The attention of the student's heads is that of the teacher's (TinyBERT; Jiao et al., 2020; MiniLM; Wang et al., 2020).</summary>
/// <remarks>
/// <para>
/// Layers are [N, h, T, T], a row for each place that looks, with as many heads in both models. <see cref="AttentionDistance.MeanSquare"/> is
/// <c>mean (s − t)²</c>; <see cref="AttentionDistance.KullbackLeibler"/> is <c>1/(N·h·T) Σ t · (log t − log s)</c> for rows of probabilities, each of at least
/// 1e-12 under the logarithm. Both are means over pairs.
/// </para>
/// <para>
/// TinyBERT compares scores before the softmax, and takes those of −100 and less, which stand for masked places, as 0; so does the first distance here, which
/// leaves probabilities as they are. TinyBERT sums over the pairs.
/// </para>
/// <para>
/// With the mask of a <see cref="MaskedBatch"/>, [N, T], neither the rows nor the columns of a place that it rules out count. TinyBERT counts them.
/// </para>
/// </remarks>
public sealed class AttentionMapLoss : IDistillationLoss
{
    private readonly PairedLayers _layers;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The layers; see <see cref="LayerMapping"/>.</param>
    public AttentionMapLoss(params IReadOnlyList<LayerPair> pairs) => _layers = new PairedLayers(pairs);

    /// <summary>Gets how two maps are compared.</summary>
    /// <value>The default value is <see cref="AttentionDistance.MeanSquare"/>.</value>
    public AttentionDistance Distance { get; init => field = Require.Defined(value); }

    /// <inheritdoc/>
    public RequiredFeatures Features => _layers.Features;

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Pairs", _layers.Pairs), (nameof(Distance), Distance)];

    /// <inheritdoc/>
    /// <returns>
    /// The number of pairs of places that count, of rows with <see cref="AttentionDistance.KullbackLeibler"/>; <see langword="null"/> without a mask.
    /// </returns>
    public Tensor? GetWeight(Batch batch, ModelOutput student) => _layers.GetWeight(batch, student, Weigh);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The shapes of layers or mask do not fit.</exception>
    public Tensor Compute(DistillationContext context) => _layers.Mean(context, static (_, _) => null, Weigh, (student, teacher, _) =>
    {
        if (student.dim() != 4 || student.size(2) != student.size(3))
        {
            throw new InvalidOperationException(
                $"The loss compares attention [N, h, T, T], but the student's layer is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}.");
        }

        Tensor? leftOut = PlaceMask.LeftOut(context, student, student.size(2));
        Tensor? pairs = leftOut?.unsqueeze(1).logical_or(leftOut.unsqueeze(2)).unsqueeze(1);
        if (pairs is not null)
        {
            (student, teacher) = (student.MaskedFill(pairs, 0), teacher.MaskedFill(pairs, 0));
        }

        return Distance == AttentionDistance.MeanSquare
            ? PlaceMask.Mean((Seen(student) - Seen(teacher)).Square(), pairs)
            : PlaceMask.Mean((teacher * (Log(teacher) - Log(student))).sum(3), leftOut?.unsqueeze(1));
    });

    private Tensor? Weigh(Batch batch, Tensor layer) => PlaceMask.Count(batch, power: Distance == AttentionDistance.MeanSquare ? 2 : 1);

    private static Tensor Seen(Tensor scores) => scores.MaskedFill(scores.Le(-100), 0);

    private static Tensor Log(Tensor probabilities) => probabilities.ClampMin(1e-12).log();
}
