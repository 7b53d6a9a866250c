using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Leave-one-out of kernel ridge regression in closed form: the score of sample i is <c>yᵢ − (G⁻¹Y)ᵢ / (G⁻¹)ᵢᵢ</c> with G = K + λI.</summary>
internal static class LeaveOneOut
{
    /// <summary>So many rows are enough for a median.</summary>
    public const int MedianSamples = 1_000;

    /// <summary>Returns one-hot labels less 1/C, [M, C] float64.</summary>
    public static Tensor Targets(Tensor labels, long classes)
    {
        using var scope = torch.NewDisposeScope();
        return functional.one_hot(labels, classes).to(torch.ScalarType.Float64).SubInPlace(1.0 / classes).MoveToOuterDisposeScope();
    }

    /// <summary>Chooses a ridge by the cost of leave-one-out scores. One eigendecomposition serves all ridges.</summary>
    /// <param name="kernel">K, [M, M] float64.</param>
    /// <param name="targets">Y, [M, C] float64.</param>
    /// <param name="costOf">The cost of leave-one-out scores, [M, C] float64.</param>
    /// <param name="ridges">The values of λ.</param>
    /// <returns>The ridge with the smallest cost, and that.</returns>
    public static (double Ridge, double Cost) Choose(Tensor kernel, Tensor targets, Func<Tensor, double> costOf, IReadOnlyList<double> ridges)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor values, Tensor vectors) = torch.linalg.eigh(kernel);
        Tensor rotated = vectors.t().matmul(targets);
        Tensor squares = vectors.Square();
        (double Ridge, double Cost) best = (ridges[0], double.PositiveInfinity);
        foreach (double ridge in ridges)
        {
            using var inner = torch.NewDisposeScope();
            Tensor inverse = values.ClampMin(0).Add(ridge).reciprocal();
            Tensor leftOut = targets - vectors.matmul(rotated * inverse.unsqueeze(1)).div(squares.matmul(inverse).unsqueeze(1));
            double cost = costOf(leftOut);
            if (cost < best.Cost)
            {
                best = (ridge, cost);
            }
        }

        return best;
    }

    /// <summary>Returns the median of the distances that are not zero; 1 where all points are the same.</summary>
    /// <param name="squaredDistances">[M, M].</param>
    public static double MedianDistance(Tensor squaredDistances)
    {
        using var scope = torch.NewDisposeScope();
        long count = Math.Min(squaredDistances.size(0), MedianSamples);
        Tensor distances = squaredDistances.narrow(0, 0, count).narrow(1, 0, count).sqrt();
        Tensor positive = distances.masked_select(distances.greater(0));
        double median = positive.numel() > 0 ? positive.median().item<double>() : 0;
        return median > 0 ? median : 1;
    }
}
