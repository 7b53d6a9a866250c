namespace Distillation.Losses;

/// <summary>A target that says one thing of the label and another of all other classes.</summary>
/// <param name="Label">The probability of the label.</param>
/// <param name="Other">The probability of each other class.</param>
internal readonly record struct LabelTarget(double Label, double Other)
{
    /// <summary>−Σ u · log q of each row, [R], from log-probabilities, [R, C], and class ids, [R].</summary>
    public Tensor CrossEntropy(Tensor log, Tensor labels)
    {
        using Scalar above = (Other - Label).ToScalar();
        using Scalar every = (-Other).ToScalar();
        Tensor own = log.gather(1, labels.unsqueeze(1)).squeeze(1).mul_(above);
        return Other == 0 ? own : own.add_(log.sum(1), every);
    }

    /// <summary>Its gradient at the logits, q − u, [R, C]. It takes the place of the probabilities.</summary>
    public Tensor Gradient(Tensor probabilities, Tensor labels)
    {
        using Scalar above = (Other - Label).ToScalar();
        using Scalar every = Other.ToScalar();
        Tensor column = labels.unsqueeze(1);
        Tensor gradient = Other == 0 ? probabilities : probabilities.sub_(every);
        return gradient.scatter_add_(1, column, torch.full_like(column, above, gradient.dtype));
    }
}
