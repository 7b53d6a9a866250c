namespace Distillation.Models;

/// <summary>The weighted mean of the outputs of several models, as logits.</summary>
internal static class LogitMean
{
    /// <summary>Adds the output of a model: <c>log Σᵢ wᵢ softmax(zᵢ)</c> or <c>Σᵢ wᵢ zᵢ</c>.</summary>
    /// <param name="sum">The sum of the models before it; <see langword="null"/> for the first.</param>
    /// <param name="logits">The logits, [N, C], [N, T, C] or [N, C, H, W].</param>
    /// <param name="weight">The weight of the model; zero or positive.</param>
    /// <param name="mean">What the mean is taken of.</param>
    /// <returns>The sum, which may be <paramref name="sum"/> itself.</returns>
    public static Tensor Add(Tensor? sum, Tensor logits, double weight, EnsembleMean mean) => mean == EnsembleMean.Logits
        ? sum is null ? logits.Mul(weight) : sum.AddInPlace(logits, weight)
        : AddLogarithms(sum, LogProbabilities(logits).Add(Math.Log(weight)));

    /// <summary>Adds the output of a model whose weight differs between samples.</summary>
    /// <param name="sum">The sum of the models before it; <see langword="null"/> for the first.</param>
    /// <param name="logits">The logits, [N, C], [N, T, C] or [N, C, H, W].</param>
    /// <param name="logWeight">The logarithm of the weight, with one class.</param>
    /// <param name="mean">What the mean is taken of.</param>
    /// <returns>The sum.</returns>
    public static Tensor Add(Tensor? sum, Tensor logits, Tensor logWeight, EnsembleMean mean)
    {
        if (mean == EnsembleMean.Logits)
        {
            Tensor part = logits.mul(logWeight.exp());
            return sum is null ? part : sum.Add(part);
        }

        return AddLogarithms(sum, LogProbabilities(logits).Add(logWeight));
    }

    private static Tensor LogProbabilities(Tensor logits) => torch.nn.functional.log_softmax(logits, Shapes.ClassDimension(logits));

    // On logarithms: a class that all models hold all but impossible keeps a finite logit.
    private static Tensor AddLogarithms(Tensor? sum, Tensor share) => sum is null ? share : torch.logaddexp(sum, share);
}
