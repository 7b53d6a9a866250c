using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Focal and global distillation for detection: places inside and outside the boxes of objects are matched apart, by the teacher's attention, and so is what
/// each place knows of the whole map (FGD; Yang et al., 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σₙ (α Σ F A^S A^C (s − t)² + β Σ B A^S A^C (s − t)² + γ (Σ |A^S(s) − A^S(t)| + Σ |A^C(s) − A^C(t)|) + λ Σ (g(s) − h(t))²)</c> for maps s and t,
/// [N, C, H, W], s behind the connector. F is at each place one by the number of places of the smallest box that it is in; B is one by the number of places in
/// no box. A^S and A^C are the attention of the teacher over places and channels, H·W and C times the softmax of the means of |t| over channels and over
/// places, divided by T. g and h are global context blocks, trained with the student.
/// </para>
/// <para>
/// The values are those of the authors' code with its weights for two-stage detectors, which are the defaults here: it is a sum over places and channels, and
/// stands for each level of a feature pyramid beside the detector's own losses. For one-stage detectors α, β, γ and λ are 0.001, 0.0005, 0.0005 and
/// 0.000005 there.
/// </para>
/// </remarks>
public sealed class FocalGlobalLoss : FeatureLoss
{
    private readonly Func<Batch, Tensor> _boxes;
    private Learned? _learned;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of the shape that the connector gives.</param>
    /// <param name="boxes">
    /// Returns the boxes of the objects of a batch, [N, B, 4]: left, top, right and bottom as shares of width and height, in [0, 1]. A box without width or
    /// height is none, such as zeros in a sample of fewer objects. The tensor is disposed with the step.
    /// </param>
    /// <param name="connector">
    /// What brings the student's map to the teacher's shape, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    public FocalGlobalLoss(Feature student, Feature teacher, Func<Batch, Tensor> boxes, Connector? connector = null)
        : base(student, teacher, connector) => _boxes = Require.Present(boxes);

    /// <summary>Gets α: the weight of places inside boxes.</summary>
    /// <value>Zero or positive. The default value is 0.00005.</value>
    public double ForegroundWeight { get; init => field = Require.NotNegative(value); } = 5e-5;

    /// <summary>Gets β: the weight of places outside boxes.</summary>
    /// <value>Zero or positive. The default value is 0.000025.</value>
    public double BackgroundWeight { get; init => field = Require.NotNegative(value); } = 2.5e-5;

    /// <summary>Gets γ: the weight of the attention.</summary>
    /// <value>Zero or positive. The default value is 0.00005.</value>
    public double AttentionWeight { get; init => field = Require.NotNegative(value); } = 5e-5;

    /// <summary>Gets λ: the weight of the global context.</summary>
    /// <value>Zero or positive. The default value is 0.0000005.</value>
    public double ContextWeight { get; init => field = Require.NotNegative(value); } = 5e-7;

    /// <summary>Gets T: how even the attention is.</summary>
    /// <value>Positive. The default value is 0.5.</value>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.5;

    /// <inheritdoc/>
    /// <value>The connector and the context blocks <c>student</c> and <c>teacher</c>, once <see cref="Prepare"/> has made them.</value>
    public override Module? Module => _learned;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        (nameof(ForegroundWeight), ForegroundWeight),
        (nameof(BackgroundWeight), BackgroundWeight),
        (nameof(AttentionWeight), AttentionWeight),
        (nameof(ContextWeight), ContextWeight),
        (nameof(Temperature), Temperature),
    ];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A layer is no map.</exception>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        _learned ??= Learn(sample.Student[StudentLayer], sample.Teacher[TeacherLayer]);
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        Learned learned = _learned
            ?? throw new InvalidOperationException($"The context blocks are sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        FeatureShapes.RequireMaps(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        (Tensor foreground, Tensor background) = BoxMasks.Of(_boxes(context.Batch).to(student.device), student);
        (Tensor places, Tensor channels) = Attention(teacher);
        (Tensor placesOfStudent, Tensor channelsOfStudent) = Attention(student);
        Tensor weights = foreground.Mul(ForegroundWeight).Add(background.Mul(BackgroundWeight));
        Tensor features = ((student - teacher).Square() * weights * places * channels).sum();
        Tensor attention = (placesOfStudent - places).abs().sum().Add((channelsOfStudent - channels).abs().sum());
        Tensor global = (learned.Student.call(student) - learned.Teacher.call(teacher)).Square().sum();
        return features.Add(attention.Mul(AttentionWeight)).Add(global.Mul(ContextWeight)).Div(student.size(0));
    }

    // Over places, [N, 1, H, W], and over channels, [N, C, 1, 1].
    private (Tensor Places, Tensor Channels) Attention(Tensor map)
    {
        Tensor size = map.abs();
        Tensor places = functional.softmax(size.mean([1]).flatten(1).Div(Temperature), 1).Mul(map.size(2) * map.size(3));
        Tensor channels = functional.softmax(size.mean([2, 3]).Div(Temperature), 1).Mul(map.size(1));
        return (places.view(map.size(0), 1, map.size(2), map.size(3)), channels.view(map.size(0), -1, 1, 1));
    }

    private Learned Learn(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        var learned = new Learned(base.Module, teacher.size(1));
        foreach (GlobalContext block in (GlobalContext[])[learned.Student, learned.Teacher])
        {
            block.to(Loss.Widen(student).dtype);
            block.to(student.device);
        }

        return learned;
    }

    private sealed class Learned : Module
    {
        public Learned(Module? connector, long channels)
            : base(nameof(FocalGlobalLoss))
        {
            (Student, Teacher) = (new GlobalContext(channels), new GlobalContext(channels));
            register_module("student", Student);
            register_module("teacher", Teacher);
            if (connector is not null)
            {
                register_module("connector", connector);
            }
        }

        public GlobalContext Student { get; }

        public GlobalContext Teacher { get; }
    }
}
