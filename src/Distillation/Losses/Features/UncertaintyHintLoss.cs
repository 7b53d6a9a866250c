using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Hints by their uncertainty: a variance that is learned of the student's layer lowers the weight of samples that are hard to match (PAD, prime-aware adaptive
/// distillation; Zhang et al., 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>mean ((t − c(s))² / (ε + exp(v)) + v)</c> over all elements, for the student's layer s, behind the connector c, and the teacher's t, [N, ...], flattened
/// to [N, D]. The log-variance <c>v = b(A · c(s))</c>, [N, D], is a linear map with batch normalization b, and is trained with the student.
/// </para>
/// <para>
/// The values are those of torchdistill's PADL2Loss. They are negative where the variance is small. A single sample, which has no variance over the batch, is
/// normalized by the running statistics. The layer is the one before the classifier; the weight is of the order of 1.
/// </para>
/// </remarks>
public sealed class UncertaintyHintLoss : FeatureLoss
{
    private Learned? _learned;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">What brings the student's layer to the teacher's shape, such as <see cref="LinearConnector"/>; nothing if not given.</param>
    public UncertaintyHintLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <summary>Gets ε: the least that a variance can be.</summary>
    /// <value>Positive. The default value is 10⁻⁶.</value>
    public double Epsilon { get; init => field = Require.Positive(value); } = 1e-6;

    /// <inheritdoc/>
    /// <value>The connector, the linear map and its normalization, once <see cref="Prepare"/> has made them.</value>
    public override Module? Module => _learned;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Epsilon), Epsilon)];

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        _learned ??= Learn(sample.Student[StudentLayer], sample.Teacher[TeacherLayer]);
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        Learned learned = _learned
            ?? throw new InvalidOperationException($"The variance is sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        FeatureShapes.RequireSame(student, teacher);
        Tensor flat = FeatureShapes.Flat(student);
        Tensor log = learned.Estimate.call(flat);
        return ((FeatureShapes.Flat(teacher) - flat).Square() / log.exp().Add(Epsilon)).Add(log).mean();
    }

    private Learned Learn(Tensor student, Tensor teacher)
    {
        var learned = new Learned(base.Module, FeatureShapes.Flat(teacher).size(1));
        learned.Estimate.to(Loss.Widen(student).dtype);
        learned.Estimate.to(student.device);
        return learned;
    }

    private sealed class Learned : Module
    {
        public Learned(Module? connector, long width)
            : base(nameof(UncertaintyHintLoss))
        {
            Estimate = new LogVariance(width);
            register_module("variance", Estimate);
            if (connector is not null)
            {
                register_module("connector", connector);
            }
        }

        public LogVariance Estimate { get; }
    }

    private sealed class LogVariance : Module<Tensor, Tensor>
    {
        private readonly Linear _linear;
        private readonly BatchNorm1d _normalization;

        public LogVariance(long width)
            : base(nameof(LogVariance))
        {
            _linear = Linear(width, width);
            _normalization = BatchNorm1d(width);
            register_module("linear", _linear);
            register_module("normalization", _normalization);
        }

        public override Tensor forward(Tensor input)
        {
            Tensor mapped = _linear.call(input);
            if (input.size(0) > 1)
            {
                return _normalization.call(mapped);
            }

            using IDisposable? mode = ModuleTree.Evaluating(_normalization);
            return _normalization.call(mapped);
        }

        // The constructor registers the parts by name; TorchSharp would register the fields once more.
        protected override void RegisterComponents()
        {
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _linear.Dispose();
                _normalization.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
