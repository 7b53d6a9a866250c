using Distillation.Losses;

namespace Distillation;

/// <summary>Sums, weights and names of losses, of your own classes too.</summary>
/// <remarks>
/// Each operator has a method: <see cref="LossSum.Of(IEnumerable{IDistillationLoss})"/> for <c>+</c> and <see cref="WithWeight"/> for <c>*</c>.
/// </remarks>
public static class LossArithmetic
{
    extension(IDistillationLoss)
    {
        /// <summary>Adds two losses.</summary>
        /// <param name="left">One loss.</param>
        /// <param name="right">The other loss.</param>
        /// <returns>The sum, each term under its own name.</returns>
        public static LossSum operator +(IDistillationLoss left, IDistillationLoss right) => LossSum.Of(Require.Present(left), Require.Present(right));

        /// <summary>Multiplies a loss by a weight.</summary>
        /// <param name="weight">A number, or a schedule that follows the run.</param>
        /// <param name="loss">The loss.</param>
        /// <returns>The weighted loss; of a sum, each term is multiplied.</returns>
        public static LossSum operator *(Schedule weight, IDistillationLoss loss) => loss.WithWeight(weight);

        /// <summary>Multiplies a loss by a weight.</summary>
        /// <param name="loss">The loss.</param>
        /// <param name="weight">A number, or a schedule that follows the run.</param>
        /// <returns>The weighted loss; of a sum, each term is multiplied.</returns>
        public static LossSum operator *(IDistillationLoss loss, Schedule weight) => loss.WithWeight(weight);
    }

    /// <summary>Multiplies a loss by a weight: <c>loss.WithWeight(0.9)</c> is <c>0.9 * loss</c>.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="weight">A number, or a schedule that follows the run.</param>
    /// <returns>The weighted loss; of a sum, each term is multiplied.</returns>
    public static LossSum WithWeight(this IDistillationLoss loss, Schedule weight) => LossSum.Of(Require.Present(loss)).Scale(Require.Present(weight));

    /// <summary>Returns a loss a name in the reports.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="name">The name; not empty.</param>
    /// <returns>The loss as a term of that name.</returns>
    public static LossSum Named(this IDistillationLoss loss, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return LossSum.Of(new LossTerm(name, 1, Require.Present(loss)));
    }
}
