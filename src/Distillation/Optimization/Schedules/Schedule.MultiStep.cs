using System.Collections.Immutable;

namespace Distillation;

public abstract partial record Schedule
{
    /// <summary>Steps at given epochs: <c>initial · factor^(number of milestones passed)</c>.</summary>
    public sealed record MultiStep : Schedule
    {
        /// <summary>Creates steps at given epochs.</summary>
        /// <param name="initial">The number before the first milestone; finite.</param>
        /// <param name="factor">By what the number is multiplied at each milestone; zero or positive.</param>
        /// <param name="milestones">The epochs, counted from 0, at whose beginning the number changes: positive and rising.</param>
        /// <exception cref="ArgumentException">The milestones are not positive and rising.</exception>
        public MultiStep(double initial, double factor, params IEnumerable<int> milestones)
        {
            (Initial, Factor, Milestones) = (Require.Finite(initial), Require.NotNegative(factor), [.. Require.Present(milestones)]);
            if (Milestones.Zip(Milestones.Prepend(0)).Any(pair => pair.First <= pair.Second))
            {
                throw new ArgumentException($"Milestones must be positive and rising, but are [{string.Join(", ", Milestones)}].", nameof(milestones));
            }
        }

        /// <summary>Gets the number before the first milestone.</summary>
        public double Initial { get; }

        /// <summary>Gets by what the number is multiplied at each milestone.</summary>
        public double Factor { get; }

        /// <summary>Gets the epochs at whose beginning the number changes.</summary>
        public ImmutableArray<int> Milestones { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() =>
            [(nameof(Initial), Initial), (nameof(Factor), Factor), (nameof(Milestones), Milestones)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position) => Initial * Math.Pow(Factor, Milestones.Count(milestone => milestone <= position.Epoch));

        /// <inheritdoc/>
        public bool Equals(MultiStep? other) =>
            other is not null && Initial.Equals(other.Initial) && Factor.Equals(other.Factor) && Milestones.SequenceEqual(other.Milestones);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Initial, Factor, Milestones.Length);
    }
}
