using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Variational information: the student's layer predicts the teacher's, with a variance that is learned (Ahn et al., 2019).</summary>
/// <remarks>
/// <para><c>mean ½ ((μ(s) − t)² / v_c + log v_c)</c> over all elements, for maps s [N, C_s, H, W] of the student and t [N, C_t, H, W] of the teacher;
/// μ is three 1×1 convolutions without bias and ReLU between them, <c>v_c = softplus(a_c) + ε</c> the variance of the teacher's channel c. Both are learned.
/// The constant ½ log 2π is left out.</para>
/// <para>The larger map is averaged down to the size of the smaller, as in RepDistiller.</para>
/// </remarks>
public sealed class VariationalInformationLoss : FeatureLoss
{
    private Prediction? _prediction;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map.</param>
    public VariationalInformationLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <summary>Gets how many channels the prediction has between its convolutions.</summary>
    /// <value>Positive, or <see langword="null"/>: as many as the teacher's layer. The default value is <see langword="null"/>.</value>
    public long? HiddenChannels { get; init => field = value is { } channels ? Require.Positive(channels) : null; }

    /// <summary>Gets the variance of each channel at the start.</summary>
    /// <value>Positive, and more than <see cref="Epsilon"/>. The default value is 5.</value>
    public double InitialVariance { get; init => field = Require.Positive(value); } = 5;

    /// <summary>Gets ε: the least that a variance can be.</summary>
    /// <value>Positive. The default value is 10⁻⁵.</value>
    public double Epsilon { get; init => field = Require.Positive(value); } = 1e-5;

    /// <inheritdoc/>
    /// <value>
    /// The prediction, once <see cref="Prepare"/> has made it: convolutions <c>regressor.0</c>, <c>regressor.2</c> and <c>regressor.4</c>, and
    /// <c>log_scale</c>, a.
    /// </value>
    public override Module? Module => _prediction;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(HiddenChannels), HiddenChannels), (nameof(InitialVariance), InitialVariance), (nameof(Epsilon), Epsilon)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A layer is no map, or the variance at the start is not above its least.</exception>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        _prediction ??= Predict(sample.Student[StudentLayer], sample.Teacher[TeacherLayer]);
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        Prediction prediction = _prediction
            ?? throw new InvalidOperationException($"The loss is sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        (student, teacher) = FeatureMaps.PoolToSmaller(student, teacher);
        Tensor mean = prediction.call(student);
        FeatureShapes.RequireSame(mean, teacher);
        Tensor variance = prediction.Softness.Add(Epsilon).view(1, -1, 1, 1);
        return ((mean - teacher).Square() / variance).Add(variance.log()).mean().Mul(0.5);
    }

    private Prediction Predict(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        if (InitialVariance <= Epsilon)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"{nameof(InitialVariance)} must be above {nameof(Epsilon)}, {Epsilon}, the least that a variance can be, but is {InitialVariance}."));
        }

        var prediction = new Prediction(student.size(1), HiddenChannels ?? teacher.size(1), teacher.size(1), InitialVariance - Epsilon);
        prediction.to(Loss.Widen(student).dtype);
        prediction.to(student.device);
        return prediction;
    }

    private sealed class Prediction : Module<Tensor, Tensor>
    {
        private readonly Sequential _regressor;

        public Prediction(long student, long hidden, long teacher, double softness)
            : base(nameof(Prediction))
        {
            _regressor = Sequential(
                ("0", Conv2d(student, hidden, kernel_size: 1, bias: false)),
                ("1", ReLU()),
                ("2", Conv2d(hidden, hidden, kernel_size: 1, bias: false)),
                ("3", ReLU()),
                ("4", Conv2d(hidden, teacher, kernel_size: 1, bias: false)));

            // The inverse of softplus, without the exponential of a large number.
            double scale = softness + Math.Log(-double.ExpM1(-softness));
            register_module("regressor", _regressor);
            register_parameter(
                "log_scale", (Parameter)new Parameter(KeptAliveScalar.Full([teacher], scale, torch.ScalarType.Float64)).DetachFromDisposeScope());
        }

        // PyTorch's softplus takes numbers above 20 for themselves, which would show in float64.
        public Tensor Softness => functional.logsigmoid(get_parameter("log_scale")!.neg()).neg();

        public override Tensor forward(Tensor input) => _regressor.call(input);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _regressor.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
