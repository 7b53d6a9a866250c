using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Masked generation: from a part of the student's map, two convolutions generate the teacher's whole map, so that each place of the student must know of its
/// surroundings (MGD; Yang et al., 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σ (g(m · c(s)) − t)²</c> over all elements, for maps s [N, C_s, H, W] of the student, behind the connector c, and t [N, C_t, H, W] of the teacher.
/// The mask m, [N, 1, H, W], is 0 with the probability λ, and new in each batch; g is a 3×3 convolution, a ReLU and another 3×3 convolution, of C_t channels
/// each, which are trained with the student. The mask is drawn from torch's generator, so that a seeded run draws the same.
/// </para>
/// <para>
/// The sum over elements and the mean over samples are those of the authors' code, whose weights are small: 2·10⁻⁵ for one-stage detectors and segmentation,
/// and 7·10⁻⁵ for classification, where λ is 0.15 and <see cref="MasksChannels"/> is true. Model-Optimizer takes the mean over all elements with weight 1.
/// </para>
/// </remarks>
public sealed class MaskedGenerationLoss : FeatureLoss
{
    private Learned? _learned;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of the shape that the connector gives.</param>
    /// <param name="connector">
    /// What brings the student's map to the teacher's shape, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    public MaskedGenerationLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <summary>Gets λ: the probability of a place to be masked.</summary>
    /// <value>In [0, 1). The default value is 0.65.</value>
    public double MaskRatio { get; init => field = Require.BelowOne(value); } = 0.65;

    /// <summary>Gets whether channels are masked in place of places, [N, C, 1, 1], as the authors do for classification.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool MasksChannels { get; init; }

    /// <inheritdoc/>
    /// <value>The connector, and the convolutions <c>generation.0</c> and <c>generation.2</c>, once <see cref="Prepare"/> has made them.</value>
    public override Module? Module => _learned;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(MaskRatio), MaskRatio), (nameof(MasksChannels), MasksChannels)];

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
        Sequential generation = _learned?.Generation
            ?? throw new InvalidOperationException($"The convolutions are sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        FeatureShapes.RequireMaps(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        long samples = student.size(0);
        long[] shape = MasksChannels ? [samples, student.size(1), 1, 1] : [samples, 1, student.size(2), student.size(3)];
        Tensor mask = torch.rand(shape, torch.ScalarType.Float64, student.device).Ge(MaskRatio).to(student.dtype);
        return (generation.call(student * mask) - teacher).Square().sum().Div(samples);
    }

    private Learned Learn(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        var learned = new Learned(base.Module, teacher.size(1));
        learned.Generation.to(Loss.Widen(student).dtype);
        learned.Generation.to(student.device);
        return learned;
    }

    private sealed class Learned : Module
    {
        public Learned(Module? connector, long channels)
            : base(nameof(MaskedGenerationLoss))
        {
            Generation = Sequential(
                ("0", Conv2d(channels, channels, kernel_size: 3, padding: 1)),
                ("1", ReLU()),
                ("2", Conv2d(channels, channels, kernel_size: 3, padding: 1)));
            register_module("generation", Generation);
            if (connector is not null)
            {
                register_module("connector", connector);
            }
        }

        public Sequential Generation { get; }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Generation.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
