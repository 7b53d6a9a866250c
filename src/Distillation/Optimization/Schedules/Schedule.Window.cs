namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>A schedule in a part of the run: its first number before the part, its course within it, and its last number after it.</summary>
    /// <remarks>
    /// <para>
    /// The part is a run of its own to the schedule inside: with K updates it has <c>(end − start) · K</c> of them, at least one, and begins at update
    /// <c>start · K</c>, both rounded. Epochs count from the beginning of the part, and are as long as those of the whole run; behind the part the last of them
    /// stays.
    /// </para>
    /// <para>Where the length of the run is not known, the part has not begun.</para>
    /// <para>
    /// It makes ramps, for learning rates and weights alike: <c>new Schedule.Window(0, 1.0 / 12, new Schedule.Linear(0, 1))</c> is the warm-up of 20 epochs in
    /// 240 of decoupled distillation.
    /// </para>
    /// </remarks>
    public sealed record Window : Schedule
    {
        /// <summary>Plays a schedule in a part of the run.</summary>
        /// <param name="start">The share of the run that is done when the part begins, in [0, 1).</param>
        /// <param name="end">The share of the run that is done when the part ends, in (start, 1].</param>
        /// <param name="inner">The schedule that is played.</param>
        public Window(double start, double end, Schedule inner)
        {
            (Start, End, Inner) = (Require.BelowOne(start), Require.InRange(end, Math.BitIncrement(start), 1), Require.Present(inner));
        }

        /// <summary>Gets the share of the run that is done when the part begins.</summary>
        public double Start { get; }

        /// <summary>Gets the share of the run that is done when the part ends.</summary>
        public double End { get; }

        /// <summary>Gets the schedule that is played.</summary>
        public Schedule Inner { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Start), Start), (nameof(End), End), (nameof(Inner), Inner)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position)
        {
            long first = (long)Math.Round(Start * position.TotalSteps);
            long total = Math.Max(1, (long)Math.Round((End - Start) * position.TotalSteps));
            long step = position.TotalSteps <= 0 ? 0 : Math.Clamp(position.Step - first, 0, total);
            int epoch = position.StepsPerEpoch <= 0 ? 0 : (int)(Math.Min(step, total - 1) / position.StepsPerEpoch);
            return Inner.At(new(epoch, step, total, position.StepsPerEpoch));
        }
    }
}
