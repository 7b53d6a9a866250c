using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>Fits the temperature that calibrates probabilities (Guo et al., 2017).</summary>
public static class TemperatureScaling
{
    private const double Golden = 0.618033988749895;

    /// <summary>
    /// Finds the temperature with the smallest negative log-likelihood of labels that are softened as one more mistake among M + 2 would soften them (Platt,
    /// 1999).
    /// </summary>
    /// <remarks>
    /// Without that, logits that have every label right would become as sure as numbers allow, and one mistake later would cost without bound.
    /// </remarks>
    /// <param name="logits">[M, C], of samples that the model has not learned from.</param>
    /// <param name="labels">Class ids, [M] int64.</param>
    /// <returns>The temperature, in [0.001, 1 000], to a thousandth of itself.</returns>
    public static double Fit(Tensor logits, Tensor labels)
    {
        Require.Present(logits);
        Require.Present(labels);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor exact = logits.to(torch.ScalarType.Float64);
        double classes = Math.Max(logits.size(1), 2);
        double smoothing = classes / ((classes - 1) * (logits.size(0) + 2));

        // The cost is convex in 1/T, and so has one minimum in log T too: golden section.
        (double low, double high) = (Math.Log(1e-3), Math.Log(1e3));
        double left = high - (Golden * (high - low));
        double right = low + (Golden * (high - low));
        (double atLeft, double atRight) = (Cost(left), Cost(right));
        while (high - low > 1e-3)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (Golden * (high - low));
                atLeft = Cost(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (Golden * (high - low));
                atRight = Cost(right);
            }
        }

        return Math.Exp((low + high) / 2);

        double Cost(double logTemperature)
        {
            using Tensor scaled = exact.Div(Math.Exp(logTemperature));
            using Tensor cost = functional.cross_entropy(scaled, labels, label_smoothing: smoothing);
            return cost.item<double>();
        }
    }
}
