using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Curriculum temperature: one temperature for all samples, learned against the student. It goes where the loss is largest, more strongly as the run goes on,
/// so that the task grows from easy to hard (CTKD; Li et al., 2023).
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · inner(s/T, t/T)</c> with <c>T = start + range · sigmoid(θ)</c>, for student logits s and teacher logits t. The parameter θ is trained with the
/// student, and its gradient is −λ times the true one: the student makes the loss small, the temperature makes it large. λ follows the run.
/// </para>
/// <para>
/// It follows the authors' code: start 1, range 20, θ = 1 at first (T ≈ 15.6), λ along half a cosine from 0 to 1 over their first 10 of 240 epochs and 1 from
/// there on; they change λ with each epoch, here it changes with each update. The parameter has the student's optimizer, learning rate and weight decay, as
/// there. A temperature of the loss inside comes on top: give it 1.
/// </para>
/// </remarks>
public sealed class CurriculumTemperatureLoss : DelegatingRowLoss
{
    private Learned? _learned;

    /// <summary>Learns the temperature of a loss.</summary>
    /// <param name="inner">The loss that sees the softened logits, such as <c>new SoftTargetLoss(1)</c>.</param>
    /// <param name="reversal">
    /// λ: how strongly the temperature is moved against the student; zero or positive, at any place of the run. The default is half a cosine from 0 to 1 over
    /// the first 24th of the run.
    /// </param>
    public CurriculumTemperatureLoss(RowLoss inner, Schedule? reversal = null)
        : base(inner)
    {
        Reversal = reversal ?? new Schedule.Window(0, 10.0 / 240, new Schedule.Cosine(0, 1));
        if (Reversal is Schedule.Constant constant)
        {
            Require.NotNegative(constant.Value, nameof(reversal));
        }
    }

    /// <summary>Gets how strongly the temperature is moved against the student.</summary>
    public Schedule Reversal { get; }

    /// <summary>Gets the lowest temperature.</summary>
    /// <value>Positive. The default value is 1.</value>
    public double Start { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets how far the highest temperature is above the lowest.</summary>
    /// <value>Positive. The default value is 20.</value>
    public double Range { get; init => field = Require.Positive(value); } = 20;

    /// <inheritdoc/>
    /// <value>What holds the parameter, and what the loss inside learns, once <see cref="Prepare"/> has made them.</value>
    public override Module? Module => _learned;

    /// <summary>Gets the temperature as it is now. It waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public double Temperature
    {
        get
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            return Soften(RequireLearned().Parameter).to(torch.ScalarType.Float64).item<double>();
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Reversal), Reversal), (nameof(Start), Start), (nameof(Range), Range)];

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        Tensor logits = Loss.Widen(sample.Student.Logits);
        _learned ??= new Learned(torch.ones(1, logits.dtype, logits.device).DetachFromDisposeScope(), Inner.Module);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public override Tensor ComputeRows(LogitRows rows)
    {
        double reversal = Require.NotNegative(Reversal.At(rows.Position), nameof(Reversal));
        Tensor parameter = RequireLearned().Parameter;

        // The value of the parameter with -reversal times its gradient.
        Tensor reversed = parameter.detach().Mul(1 + reversal) - parameter.Mul(reversal);
        Tensor temperature = Soften(reversed);
        return Inner.ComputeRows(
            rows.With(TemperatureSoftmax.Divide(rows.Student, temperature), rows.HasTeacher ? TemperatureSoftmax.Divide(rows.Teacher, temperature) : null))
            * temperature.Square();
    }

    private Tensor Soften(Tensor parameter) => parameter.sigmoid().Mul(Range).Add(Start);

    private Learned RequireLearned() =>
        _learned ?? throw new InvalidOperationException($"The temperature is made with the first batch: call {nameof(Prepare)} before.");

    private sealed class Learned : Module
    {
        public Learned(Tensor initial, Module? inner)
            : base(nameof(CurriculumTemperatureLoss))
        {
            Parameter = new(initial);
            register_parameter("temperature", Parameter);
            if (inner is not null)
            {
                register_module("inner", inner);
            }
        }

        public TorchSharp.Modules.Parameter Parameter { get; }
    }
}
