namespace Distillation.Losses;

/// <summary>A target with one probability for the label and one for each other class.</summary>
/// <param name="Label">The probability of the label.</param>
/// <param name="Other">The probability of each other class.</param>
internal readonly record struct SmoothedTarget(double Label, double Other)
{
    /// <summary>−Σ u · log q of each row, [R], from log-probabilities, [R, C], and class ids, [R].</summary>
    public Tensor CrossEntropy(Tensor log, Tensor labels)
    {
        Tensor column = labels.unsqueeze(1);
        Tensor own = log.gather(1, column).squeeze(1);
        if (Other == 0)
        {
            return own.Mul(-Label);
        }

        // The label apart from the others, because a logarithm may be −∞.
        Tensor others = log.scatter(1, column, torch.zeros_like(column, log.dtype)).sum(1).Mul(-Other);
        return Label == 0 ? others : others.Add(own.Mul(-Label));
    }

    /// <summary>Its gradient at the logits, q − u, [R, C]. It takes the place of the probabilities.</summary>
    public Tensor Gradient(Tensor probabilities, Tensor labels)
    {
        Tensor column = labels.unsqueeze(1);
        Tensor gradient = Other == 0 ? probabilities : probabilities.SubInPlace(Other);
        return gradient.scatter_add_(1, column, KeptAliveScalar.FullLike(column, Other - Label, gradient.dtype));
    }
}
