using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Factor transfer: the student's factors, behind a translator, match those that a paraphraser finds in the teacher's layer (Kim, Park and Kwak, 2018).
/// </summary>
/// <remarks>
/// <para><c>mean |f(s) − f(t)|^q</c> over samples and places, with <c>f(x) = F / ‖F‖₂</c> for each sample and <c>F = (1/C) Σ_c x_c^p</c>, [N, H·W],
/// for maps s [N, C_s, H, W] and t [N, C_t, H, W], behind the translator and the paraphraser where there are such.</para>
/// <para>
/// It follows RepDistiller, which averages the powers over channels and takes the mean; the paper normalizes the factors as they are and sums. The larger map
/// is averaged down to the size of the smaller.
/// </para>
/// </remarks>
public sealed class FactorTransferLoss : FeatureLoss
{
    private const double MinNorm = 1e-12;

    private readonly Module<Tensor, Tensor>? _paraphraser;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map.</param>
    /// <param name="paraphraser">
    /// What finds the teacher's factors, such as a trained <see cref="Paraphraser"/>; the caller disposes it, and it does not change. The layer itself if not
    /// given.
    /// </param>
    /// <param name="connector">What translates the student's layer into factors, such as <see cref="TranslatorConnector"/>; nothing if not given.</param>
    public FactorTransferLoss(Feature student, Feature teacher, Module<Tensor, Tensor>? paraphraser = null, Connector? connector = null)
        : base(student, teacher, connector) => _paraphraser = paraphraser;

    /// <summary>Gets p: the power of what is averaged over the channels.</summary>
    /// <value>Positive. The default value is 2.</value>
    public int LayerPower { get; init => field = Require.Positive(value); } = 2;

    /// <summary>Gets q: the power of the differences.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int DifferencePower { get; init => field = Require.Positive(value); } = 1;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), ("Paraphraser", _paraphraser), (nameof(LayerPower), LayerPower), (nameof(DifferencePower), DifferencePower)];

    /// <inheritdoc/>
    protected override Tensor Target(Tensor teacher)
    {
        if (_paraphraser is null)
        {
            return teacher;
        }

        using var noGradient = torch.no_grad();
        using IDisposable? mode = ModuleTree.Evaluating(_paraphraser);
        return _paraphraser.call(teacher);
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (student, teacher) = FeatureMaps.PoolToSmaller(student, teacher);
        Tensor difference = (Factors(student) - Factors(teacher)).abs();
        return (DifferencePower == 1 ? difference : difference.Pow(DifferencePower)).mean();
    }

    private Tensor Factors(Tensor map) =>
        functional.normalize((LayerPower == 1 ? map : map.Pow(LayerPower)).mean([1]).flatten(1), p: 2, dim: 1, eps: MinNorm);
}
