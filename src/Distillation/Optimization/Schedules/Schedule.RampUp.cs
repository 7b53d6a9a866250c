namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>
    /// The ramp-up of a consistency loss: <c>to · exp(−5 (1 − x)²)</c> for the share x of the ramp that is done, and <c>to</c> from there on.
    /// </summary>
    /// <remarks>
    /// Sources: Laine and Aila, "Temporal Ensembling for Semi-Supervised Learning", 2017; Tarvainen and Valpola, 2017. The ramp begins at 0.0067 of its end.
    /// </remarks>
    public sealed record RampUp : Schedule
    {
        private const double Steepness = 5;

        /// <summary>Creates a ramp.</summary>
        /// <param name="to">The number at the end of the ramp; finite.</param>
        /// <param name="share">The share of the run that the ramp takes, in (0, 1]. The default value is 0.25.</param>
        public RampUp(double to, double share = 0.25)
        {
            To = Require.Finite(to);
            Share = Require.InRange(share, double.Epsilon, 1);
        }

        /// <summary>Gets the number at the end of the ramp.</summary>
        public double To { get; }

        /// <summary>Gets the share of the run that the ramp takes.</summary>
        public double Share { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(To), To), (nameof(Share), Share)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position)
        {
            double left = 1 - Math.Min(1, position.Fraction / Share);
            return To * Math.Exp(-Steepness * left * left);
        }
    }
}
