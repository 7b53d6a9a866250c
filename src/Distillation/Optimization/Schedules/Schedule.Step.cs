namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>A staircase: <c>initial · factor^⌊epoch / every⌋</c>.</summary>
    public sealed record Step : Schedule
    {
        /// <summary>Creates a staircase.</summary>
        /// <param name="initial">The number in the first epochs; finite.</param>
        /// <param name="every">The number of epochs on a stair; positive.</param>
        /// <param name="factor">By what the number is multiplied at each stair; zero or positive.</param>
        public Step(double initial, int every, double factor = 0.1) =>
            (Initial, Every, Factor) = (Require.Finite(initial), Require.Positive(every), Require.NotNegative(factor));

        /// <summary>Gets the number in the first epochs.</summary>
        public double Initial { get; }

        /// <summary>Gets the number of epochs on a stair.</summary>
        public int Every { get; }

        /// <summary>Gets by what the number is multiplied at each stair.</summary>
        public double Factor { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Initial), Initial), (nameof(Every), Every), (nameof(Factor), Factor)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position) => Initial * Math.Pow(Factor, position.Epoch / Every);
    }
}
