namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>
    /// A linear warm-up in front of any schedule: <c>then · (start + (1 − start) · step / steps)</c> for the first steps, and the schedule itself from there
    /// on.
    /// </summary>
    /// <remarks>The schedule behind it keeps the place it has in the whole run: it is scaled, not moved.</remarks>
    public sealed record WarmUp : Schedule
    {
        /// <summary>Puts a warm-up in front of a schedule.</summary>
        /// <param name="steps">The number of updates it takes; positive.</param>
        /// <param name="then">The schedule behind it.</param>
        /// <param name="start">The share of the schedule at the first update, in [0, 1]. The default value is 0, where the first update moves nothing.</param>
        public WarmUp(long steps, Schedule then, double start = 0) =>
            (Steps, Then, Start) = (Require.Positive(steps), Require.Present(then), Require.InRange(start, 0, 1));

        /// <summary>Gets the number of updates that the warm-up takes.</summary>
        public long Steps { get; }

        /// <summary>Gets the schedule behind it.</summary>
        public Schedule Then { get; }

        /// <summary>Gets the share of the schedule at the first update.</summary>
        public double Start { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Steps), Steps), (nameof(Then), Then), (nameof(Start), Start)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position)
        {
            double value = Then.At(position);
            return position.Step >= Steps ? value : value * (Start + ((1 - Start) * position.Step / Steps));
        }
    }
}
