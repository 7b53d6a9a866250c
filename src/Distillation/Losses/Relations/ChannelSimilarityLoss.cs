namespace Distillation.Losses;

/// <summary>Channels that are alike to the teacher are alike to the student, within each sample (ICKD-C; Liu et al., 2021).</summary>
/// <remarks>
/// <para>
/// <c>1/(C·N²) Σₙ ‖G(sₙ) − G(tₙ)‖²</c>, where G(x) is <c>x xᵀ</c>, [C, C], with each row divided by its L2 norm, for layers [N, C, ...] flattened to [N, C, P].
/// The layers may differ in their places, P.
/// </para>
/// <para>
/// As in the authors' code for ImageNet and torchdistill, which divide by N²: a larger batch makes it smaller. The authors' code for CIFAR-100 divides by N. A
/// channel of zeros has no likeness to any.
/// </para>
/// </remarks>
public sealed class ChannelSimilarityLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, with as many channels as the connector gives.</param>
    /// <param name="connector">What brings the student's layer to the teacher's channels; nothing if not given.</param>
    public ChannelSimilarityLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <inheritdoc/>
    /// <returns>The square of the number of samples, by which the sum is divided.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) =>
        KeptAliveScalar.Full([], (double)Require.Present(batch).Count * batch.Count, torch.ScalarType.Float64, Require.Present(student).Logits.device);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireChannels(student, teacher);
        (long samples, long channels) = (student.size(0), student.size(1));
        return (Similarities(student) - Similarities(teacher)).Square().sum().Div(channels * samples * samples);
    }

    private static Tensor Similarities(Tensor layer)
    {
        Tensor flat = layer.flatten(2);
        return UnitVectors.Of(flat.bmm(flat.transpose(1, 2)), 2);
    }
}
