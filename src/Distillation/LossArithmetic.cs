using Distillation.Losses;

namespace Distillation;

/// <summary>Weights, sums and names of losses: for every loss, yours too.</summary>
public static class LossArithmetic
{
    extension(IDistillationLoss)
    {
        /// <summary>Adds two losses.</summary>
        /// <param name="left">One loss.</param>
        /// <param name="right">The other loss.</param>
        /// <returns>Their sum, each term under its own name.</returns>
        public static LossSum operator +(IDistillationLoss left, IDistillationLoss right) => LossSum.Of(Require.Present(left), Require.Present(right));

        /// <summary>Weighs a loss.</summary>
        /// <param name="weight">A number, or a schedule that follows the run.</param>
        /// <param name="loss">The loss.</param>
        /// <returns>The loss times its weight; of a sum, every term times the weight.</returns>
        public static LossSum operator *(Schedule weight, IDistillationLoss loss) => LossSum.Of(Require.Present(loss)).Scale(Require.Present(weight));
    }

    /// <summary>Gives a loss a name in the reports.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="name">The name; not empty.</param>
    /// <returns>The loss as a term of that name.</returns>
    public static LossSum Named(this IDistillationLoss loss, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return LossSum.Of(new LossTerm(name, 1, Require.Present(loss)));
    }
}
