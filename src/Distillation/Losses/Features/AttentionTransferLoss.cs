using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Attention transfer: the student is to look where the teacher looks (Zagoruyko and Komodakis, 2017).</summary>
/// <remarks>
/// <para>
/// <c>mean (q(s) − q(t))²</c> over samples and places, where <c>q(x) = a / ‖a‖₂</c> and <c>a</c> is the mean over channels of <c>|x|ᵖ</c>, flattened to [N,
/// H·W].
/// </para>
/// <para>
/// The layers are maps [N, C, H, W]; the numbers of channels may differ, and the larger map is averaged down to the smaller. This is the authors' code, as in
/// RepDistiller. The paper's formula, torchdistill's <c>mode: paper</c>, is the norm <c>‖q(s) − q(t)‖₂</c> for each sample instead of the mean of squares.
/// </para>
/// </remarks>
public sealed class AttentionTransferLoss : FeatureLoss
{
    private readonly double _power;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, maps.</param>
    /// <param name="teacher">The teacher's layer, maps.</param>
    /// <param name="power">The power p of the activations, at least 1: the higher, the more the strongest place counts.</param>
    public AttentionTransferLoss(Feature student, Feature teacher, double power = 2)
        : base(student, teacher) => _power = Require.InRange(power, 1, double.MaxValue);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), ("Power", _power)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (student, teacher) = FeatureMaps.PoolToSmaller(student, teacher);
        return functional.mse_loss(Attention(student), Attention(teacher));
    }

    private Tensor Attention(Tensor map) => functional.normalize(map.abs().Pow(_power).mean([1]).flatten(1));
}
