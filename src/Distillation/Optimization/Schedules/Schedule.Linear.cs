namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>A straight line over the run: <c>from + (to − from) · fraction</c>.</summary>
    public sealed record Linear : Schedule
    {
        /// <summary>Creates a straight line.</summary>
        /// <param name="from">The number at the first update; finite.</param>
        /// <param name="to">The number at the end of the run; finite.</param>
        public Linear(double from, double to) => (From, To) = (Require.Finite(from), Require.Finite(to));

        /// <summary>Gets the number at the first update.</summary>
        public double From { get; }

        /// <summary>Gets the number at the end of the run.</summary>
        public double To { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(From), From), (nameof(To), To)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position) => From + ((To - From) * position.Fraction);
    }
}
