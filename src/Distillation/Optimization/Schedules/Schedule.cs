namespace Distillation;

/// <summary>A number that follows the run: a learning rate, the weight of a loss, a temperature. A pure function of the position.</summary>
public abstract partial record Schedule : ISelfDescribing
{
    /// <summary>Takes a number as a schedule that never changes.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Schedule(double value) => new Constant(value);

    /// <summary>Takes a number as a schedule that never changes.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The schedule.</returns>
    public static Schedule FromDouble(double value) => new Constant(value);

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [];

    /// <summary>Returns the number at a place of the run.</summary>
    /// <param name="position">The place.</param>
    /// <returns>The number for the update that begins there.</returns>
    public abstract double At(TrainingPosition position);

    /// <summary>The same number over the whole run.</summary>
    public sealed record Constant : Schedule
    {
        /// <summary>Creates a schedule that never changes.</summary>
        /// <param name="value">The number; finite.</param>
        public Constant(double value) => Value = Require.Finite(value);

        /// <summary>Gets the number.</summary>
        public double Value { get; }

        /// <inheritdoc/>
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Value), Value)];

        /// <inheritdoc/>
        public override double At(TrainingPosition position) => Value;
    }

    /// <summary>The product of two schedules.</summary>
    internal sealed record Product(Schedule Left, Schedule Right) : Schedule
    {
        public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Left), Left), (nameof(Right), Right)];

        public override double At(TrainingPosition position) => Left.At(position) * Right.At(position);
    }
}
