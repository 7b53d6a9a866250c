using TorchSharp.Modules;

namespace Distillation.Losses;

/// <summary>
/// Overhauled features: the teacher's values above a margin are matched, and those below zero only kept low (OFD; Heo et al., ICCV 2019).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σ [s &gt; u or u &gt; 0] (s − u)²</c> over all elements, where <c>u = max(t, m)</c> and m is the margin of the channel: what the teacher outputs
/// there on average where it is negative. The layers are of one shape behind the connector, [N, C, ...], and taken before the activation.
/// </para>
/// <para>
/// The sum over elements, the mean over samples, as in mdistiller. The authors multiply by 1/1000 (CIFAR) or 1/10000 (ImageNet), and sum over several layers,
/// the last with weight 1, the one before it ½, and so on:
/// <c>0.001 * (0.5 * new MarginActivationLoss("bn2", "bn2") + new MarginActivationLoss("bn3", "bn3"))</c>. Their connector is a 1×1 convolution and batch norm.
/// </para>
/// </remarks>
public sealed class MarginActivationLoss : FeatureLoss
{
    // Below this chance of a negative value, the authors take three standard deviations.
    private const double MinProbability = 0.001;

    private Learned? _learned;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, before its activation.</param>
    /// <param name="teacher">The teacher's layer, before its activation.</param>
    /// <param name="connector">
    /// What brings the student's layer to the teacher's shape, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    public MarginActivationLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <summary>Gets the margin of each channel of the teacher's layer; <see cref="MarginsOf"/> gives those of the paper.</summary>
    /// <value>
    /// Zero or negative. <see langword="null"/>, the default value, takes the mean of the negative values of each channel in the first batch, and zero for a
    /// channel without any.
    /// </value>
    public IReadOnlyList<double>? Margins
    {
        get;
        init => field = value?.Select(margin => Require.InRange(margin, double.MinValue, 0, nameof(Margins))).ToArray();
    }

    /// <inheritdoc/>
    /// <value>The connector and the margins, once <see cref="Prepare"/> has made them.</value>
    public override torch.nn.Module? Module => _learned;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Margins), Margins)];

    /// <summary>Gets the margins of a layer that ends in a batch norm: the mean of a normal distribution below zero, as in the paper.</summary>
    /// <param name="normalization">The batch norm of the teacher whose output the loss reads.</param>
    /// <returns>
    /// For each channel with bias μ and weight ±σ: <c>μ − σ φ(μ/σ) / Φ(−μ/σ)</c>, or <c>−3σ</c> where the chance of a negative value, <c>Φ(−μ/σ)</c>, is 0.001
    /// or less.
    /// </returns>
    /// <exception cref="ArgumentException">The batch norm has no weight and bias.</exception>
    public static IReadOnlyList<double> MarginsOf(BatchNorm normalization)
    {
        if (!Require.Present(normalization).affine)
        {
            throw new ArgumentException(
                "The batch norm has no weight and bias from which margins can be computed. Give the margins as numbers.", nameof(normalization));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor deviation = normalization.weight!.to(torch.ScalarType.Float64).abs();
        Tensor mean = normalization.bias!.to(torch.ScalarType.Float64);
        Tensor ratio = mean / deviation;
        Tensor chance = torch.special.erfc(ratio.Div(Math.Sqrt(2))).Div(2);
        Tensor density = ratio.Square().Div(-2).exp().Div(Math.Sqrt(2 * Math.PI));
        Tensor margins = torch.where(chance.Gt(MinProbability), mean - (deviation * density / chance), deviation.Mul(-3));
        return margins.cpu().data<double>().ToArray();
    }

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        _learned ??= Learn(sample.Student[StudentLayer], sample.Teacher[TeacherLayer]);
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        Tensor margins = _learned?.Margins
            ?? throw new InvalidOperationException($"The margins are known from the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        Tensor target = teacher.maximum(margins);
        Tensor difference = torch.where((student > target).logical_or_(target.Gt(0)), student - target, torch.zeros_like(student));
        return difference.Square().sum().Div(student.size(0));
    }

    private Learned Learn(Tensor student, Tensor teacher)
    {
        Tensor margins = Margins is null ? MeanNegative(teacher) : Given(Margins, teacher);
        return new Learned(base.Module, margins.to(Loss.Widen(student).dtype));
    }

    private static Tensor MeanNegative(Tensor layer)
    {
        long[] others = [.. Enumerable.Range(0, (int)layer.dim()).Where(dimension => dimension != 1).Select(dimension => (long)dimension)];
        return layer.ClampMax(0).sum(others, keepdim: true) / layer.Lt(0).sum(others, keepdim: true).ClampMin(1);
    }

    private static Tensor Given(IReadOnlyList<double> margins, Tensor layer) =>
        margins.Count == layer.size(1)
            ? torch.tensor(margins.ToArray(), layer.dtype, layer.device).view([1, -1, .. Enumerable.Repeat(1L, (int)layer.dim() - 2)])
            : throw new InvalidOperationException(
                $"The loss was given {margins.Count} margins, but the teacher's layer is {Shapes.Of(layer)}: it takes one for each channel.");

    private sealed class Learned : torch.nn.Module
    {
        public Learned(torch.nn.Module? connector, Tensor margins)
            : base(nameof(Learned))
        {
            register_buffer(nameof(margins), margins.DetachFromDisposeScope());
            if (connector is not null)
            {
                register_module(nameof(connector), connector);
            }
        }

        public Tensor Margins => get_buffer("margins")!;
    }
}
