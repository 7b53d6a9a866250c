namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>
    /// One cycle (Smith and Topin, 2018): half a cosine up to the maximum, then half a cosine down to almost nothing; as PyTorch's <c>OneCycleLR</c> with two
    /// phases.
    /// </summary>
    /// <remarks>
    /// The last update has the final number: with K updates and <c>p = rise · K − 1</c> the maximum is at update p, and the run ends at update K − 1.
    /// </remarks>
    public sealed record OneCycle : Schedule
    {
        /// <summary>Creates one cycle.</summary>
        /// <param name="maximum">The number at the top; positive.</param>
        /// <param name="rise">The share of the run on the way up, in (0, 1). The default value is 0.3.</param>
        /// <param name="initialDivisor">By what the first number is smaller than the maximum; positive. The default value is 25.</param>
        /// <param name="finalDivisor">By what the last number is smaller than the first; positive. The default value is 10 000.</param>
        public OneCycle(double maximum, double rise = 0.3, double initialDivisor = 25, double finalDivisor = 1e4)
        {
            (Maximum, InitialDivisor, FinalDivisor) = (Require.Positive(maximum), Require.Positive(initialDivisor), Require.Positive(finalDivisor));
            Rise = Require.Positive(rise);
            Require.BelowOne(rise);
        }

        /// <summary>Gets the number at the top.</summary>
        public double Maximum { get; }

        /// <summary>Gets the share of the run on the way up.</summary>
        public double Rise { get; }

        /// <summary>Gets by what the first number is smaller than the maximum.</summary>
        public double InitialDivisor { get; }

        /// <summary>Gets by what the last number is smaller than the first.</summary>
        public double FinalDivisor { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() =>
            [(nameof(Maximum), Maximum), (nameof(Rise), Rise), (nameof(InitialDivisor), InitialDivisor), (nameof(FinalDivisor), FinalDivisor)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position)
        {
            double initial = Maximum / InitialDivisor;
            double top = (Rise * position.TotalSteps) - 1;
            double last = Math.Max(position.TotalSteps - 1, 1);
            return position.Step <= top
                ? Between(initial, Maximum, top > 0 ? position.Step / top : 1)
                : Between(Maximum, initial / FinalDivisor, Math.Min(1, (position.Step - top) / (last - top)));
        }

        private static double Between(double from, double to, double fraction) => to + ((from - to) * 0.5 * (1 + Math.Cos(Math.PI * fraction)));
    }
}
