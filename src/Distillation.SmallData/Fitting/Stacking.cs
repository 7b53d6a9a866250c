using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The mean of several models, each weighted by what it brings on samples that it has not learned from.</summary>
internal static class Stacking
{
    /// <summary>
    /// Finds the weights: of classes those with the best likelihood (stacking of predictive distributions; Yao et al., 2018), of other tasks those with the
    /// least squared error (Breiman, 1996), of several labels that of their probabilities.
    /// </summary>
    /// <param name="outputs">Of all models, [K, N, C].</param>
    /// <param name="truth">Class ids [N]; labels of 0 and 1, or targets, [N, C].</param>
    /// <param name="rules">Those of the task.</param>
    /// <returns>Zero or positive, with the sum 1.</returns>
    public static double[] Weights(Tensor outputs, Tensor truth, TaskRules rules)
    {
        using var scope = torch.NewDisposeScope();
        if (rules.IsClassification)
        {
            return ByLikelihood(OfLabels(functional.softmax(outputs, 2), truth));
        }

        Tensor scales = rules.IsRegression ? truth.std([0], unbiased: false).ClampMin(1e-150) : torch.ones_like(truth[0]);
        Tensor compared = (rules.IsRegression ? outputs : torch.sigmoid(outputs)) / scales;
        return SimplexWeights.LeastSquares(compared.flatten(1), (truth / scales).flatten());
    }

    /// <summary>Computes the mean: logits of the mean probabilities of classes, or the mean of the outputs.</summary>
    /// <param name="outputs">Of all models, [K, N, C].</param>
    /// <param name="weights">K, with the sum 1.</param>
    /// <param name="rules">Those of the task.</param>
    /// <returns>[N, C].</returns>
    public static Tensor Mean(Tensor outputs, IReadOnlyList<double> weights, TaskRules rules)
    {
        Tensor each = torch.tensor([.. weights], outputs.dtype, outputs.device).view(-1, 1, 1);
        return rules.IsClassification
            ? torch.logsumexp(functional.log_softmax(outputs, 2).AddInPlace(each.log()), 0)
            : (outputs * each).sum([0]);
    }

    // [K][N]: the probability that each model gives each label.
    private static double[][] OfLabels(Tensor probabilities, Tensor labels) =>
    [
        .. Enumerable.Range(0, (int)probabilities.size(0))
            .Select(number => probabilities[number].gather(1, labels.unsqueeze(1)).to(torch.ScalarType.Float64).cpu().data<double>().ToArray()),
    ];

    // Expectation maximization for the shares of a mixture; the likelihood is concave in them.
    private static double[] ByLikelihood(double[][] ofLabels)
    {
        const int Rounds = 200;
        double[] weights = [.. ofLabels.Select(_ => 1.0 / ofLabels.Length)];
        for (int round = 0; round < Rounds; round++)
        {
            double[] mixed =
                [.. Enumerable.Range(0, ofLabels[0].Length).Select(sample => Enumerable.Range(0, weights.Length).Sum(k => weights[k] * ofLabels[k][sample]))];
            weights = [.. weights.Select((weight, k) => mixed.Select((whole, sample) => whole > 0 ? weight * ofLabels[k][sample] / whole : weight).Average())];
        }

        return weights;
    }
}
