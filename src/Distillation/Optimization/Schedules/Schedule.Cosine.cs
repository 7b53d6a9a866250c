namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>Half a cosine over the run: <c>to + (from − to) · ½(1 + cos(π · fraction))</c> (Loshchilov and Hutter, 2017, without restarts).</summary>
    public sealed record Cosine : Schedule
    {
        /// <summary>Creates half a cosine.</summary>
        /// <param name="from">The number at the first update; finite.</param>
        /// <param name="to">The number at the end of the run; finite.</param>
        public Cosine(double from, double to = 0) => (From, To) = (Require.Finite(from), Require.Finite(to));

        /// <summary>Gets the number at the first update.</summary>
        public double From { get; }

        /// <summary>Gets the number at the end of the run.</summary>
        public double To { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(From), From), (nameof(To), To)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position) => To + ((From - To) * 0.5 * (1 + Math.Cos(Math.PI * position.Fraction)));
    }
}
