namespace Distillation.Losses;

/// <summary>Computes the loss of each row and its gradient at the student's logits together.</summary>
public interface IRowGradient
{
    /// <summary>Measures each row. Called without gradients.</summary>
    /// <param name="rows">The logits.</param>
    /// <returns>The losses and their gradients.</returns>
    RowLossGradient Compute(LogitRows rows);
}
