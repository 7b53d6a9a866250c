using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Temporally adaptive interpolation: the target lies between the student itself and the teacher, and moves to the teacher, faster while the loss falls (TAID;
/// Shing et al., 2025).
/// </summary>
/// <remarks>
/// <para>
/// <c>−(1/R) Σᵣ Σ_c u_c log softmax(sᵣ)_c</c> with <c>u = softmax((1 − a) · s + a · t)</c>, where the s in u is a constant, for student logits s and teacher
/// logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. The share a begins at <see cref="Start"/>. After each update of the student, the second and
/// those that follow, <c>a ← min(end, max(start + (end − start) · f, a + α · σ(v) · (1 − a)))</c>, where f is how much of the run is done and
/// <c>v ← β · v + (1 − β) · (ℓ' − ℓ)/ℓ'</c> the momentum of the relative fall of the loss, from ℓ' to ℓ.
/// </para>
/// <para>
/// The values and the shares are those of the authors' code, whose loss is a cross entropy where the paper has the divergence; the gradient is the same. A
/// class that one of the models rules out by a logit of −∞ has no part in the target. The share is a buffer of the module: a resumed run goes on with it. It
/// changes with every batch that is computed with gradients, so that micro-batches are refused, and a batch whose loss is not finite leaves it as it is.
/// </para>
/// </remarks>
public sealed class InterpolatedTeacherLoss : RowLoss
{
    private const double Epsilon = 1e-15;

    private State? _state;

    /// <summary>Gets the share of the teacher at the beginning.</summary>
    /// <value>In [0, 1). The default value is 0.4.</value>
    public double Start { get; init => field = Require.BelowOne(value); } = 0.4;

    /// <summary>Gets the largest share of the teacher.</summary>
    /// <value>In [0, 1], and at least <see cref="Start"/>. The default value is 1.</value>
    public double End { get; init => field = Require.InRange(value, 0, 1); } = 1;

    /// <summary>Gets α: how far the share moves in an update, of what is left to 1.</summary>
    /// <value>In [0, 1]. 0 is the straight line from <see cref="Start"/> to <see cref="End"/>. The default value is 0.0005.</value>
    public double StepSize { get; init => field = Require.InRange(value, 0, 1); } = 5e-4;

    /// <summary>Gets β: how much of the momentum an update keeps.</summary>
    /// <value>In [0, 1). The default value is 0.99.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); } = 0.99;

    /// <inheritdoc/>
    /// <value>What holds the share, once <see cref="Prepare"/> has made it.</value>
    public override Module? Module => _state;

    /// <inheritdoc/>
    /// <value><see langword="true"/>: the share changes with each batch.</value>
    public override bool ComparesSamples => true;

    internal override bool ComparesClasses => true;

    /// <summary>Gets the share of the teacher as it is now. It waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public double Share => RequireState().Share.item<double>();

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Start), Start), (nameof(End), End), (nameof(StepSize), StepSize), (nameof(Momentum), Momentum)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The end is below the start.</exception>
    public override void Prepare(DistillationContext sample)
    {
        if (End < Start)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"{nameof(End)} must be at least {nameof(Start)}, {Start}, but is {End}."));
        }

        _state ??= new State(Start, Require.Present(sample).Student.Logits.device);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public override Tensor ComputeRows(LogitRows rows)
    {
        State state = RequireState();
        Tensor target = Target(rows.Student.detach(), rows.Teacher, state.Share.to(rows.Student.dtype));
        Tensor values = TemperatureSoftmax.Term(target, functional.log_softmax(rows.Student, 1)).sum(1).neg();
        if (torch.is_grad_enabled())
        {
            using var noGradient = torch.no_grad();
            Update(state, rows.Mean(values).detach().to(torch.ScalarType.Float64), rows.Position);
        }

        return values;
    }

    private static Tensor Target(Tensor student, Tensor teacher, Tensor share)
    {
        Tensor ruledOut = student.Eq(double.NegativeInfinity).logical_or_(teacher.Eq(double.NegativeInfinity));
        Tensor mixed = torch.lerp(student.MaskedFill(ruledOut, 0), teacher.MaskedFill(ruledOut, 0), share).MaskedFill(ruledOut, double.NegativeInfinity);
        return functional.softmax(mixed.MaskedFill(TemperatureSoftmax.IsEmpty(mixed), 0), 1);
    }

    private void Update(State state, Tensor loss, TrainingPosition position)
    {
        Tensor fall = (state.Loss - loss) / state.Loss.Add(Epsilon);
        Tensor velocity = state.Velocity.Mul(Momentum).Add(fall.Mul(1 - Momentum));
        Tensor moved = state.Share.Add(velocity.sigmoid().Mul(StepSize) * state.Share.RSub(1));
        Tensor share = moved.ClampMin(Start + ((End - Start) * position.Fraction)).ClampMax(End);

        // No loss was seen before the first one.
        Tensor isFinite = loss.isfinite();
        Tensor moves = isFinite.logical_and(state.Loss.Ge(0));
        state.Share.copy_(torch.where(moves, share, state.Share));
        state.Velocity.copy_(torch.where(moves, velocity, state.Velocity));
        state.Loss.copy_(torch.where(isFinite, loss, state.Loss));
    }

    private State RequireState() =>
        _state ?? throw new InvalidOperationException($"The share begins with the first batch: call {nameof(Prepare)} before.");

    private sealed class State : Module
    {
        public State(double share, torch.Device device)
            : base(nameof(InterpolatedTeacherLoss))
        {
            register_buffer("share", Scalar(share, device));
            register_buffer("velocity", Scalar(0, device));
            register_buffer("loss", Scalar(-1, device));
        }

        public Tensor Share => get_buffer("share")!;

        public Tensor Velocity => get_buffer("velocity")!;

        /// <summary>Gets the last loss; −1 before the first.</summary>
        public Tensor Loss => get_buffer("loss")!;

        private static Tensor Scalar(double number, torch.Device device) =>
            torch.tensor(number, torch.ScalarType.Float64, device).DetachFromDisposeScope();
    }
}
