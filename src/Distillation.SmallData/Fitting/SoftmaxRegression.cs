using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Softmax regression with an L2 penalty: the minimum of <c>Σᵢ −log pᵢ(yᵢ) + ½·λ·‖W‖²</c> over weights W and intercepts, which the penalty leaves out.
/// </summary>
/// <remarks>
/// Newton's method; each step solves for the Hessian by conjugate gradients, of which it needs products alone (truncated Newton; Lin, Weng and Keerthi, 2008),
/// and is halved until the cost falls enough (Armijo, 1966). The cost is convex.
/// </remarks>
internal static class SoftmaxRegression
{
    private const int MaxSteps = 100;
    private const int MaxProducts = 250;
    private const int MaxHalvings = 30;

    /// <summary>Finds the minimum.</summary>
    /// <param name="points">Features with a column of ones at the end, [N, D + 1] float64.</param>
    /// <param name="targets">One-hot labels, [N, C] float64. Each class has a sample.</param>
    /// <param name="penalty">λ; positive.</param>
    /// <param name="start">Where the search begins, [D + 1, C]; zero if not given.</param>
    /// <param name="tolerance">The largest component of the gradient of the mean cost that counts as none.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <returns>The weights with the intercepts in the last row, [D + 1, C], in the current dispose scope.</returns>
    public static Tensor Fit(Tensor points, Tensor targets, double penalty, Tensor? start, double tolerance, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        Tensor penalties = KeptAliveScalar.Full([points.size(1), 1], penalty, points.dtype, points.device);
        penalties.narrow(0, points.size(1) - 1, 1).zero_();
        Tensor transposed = points.t().contiguous();
        Tensor weights = start is null ? torch.zeros([points.size(1), targets.size(1)], points.dtype, device: points.device) : start.clone();
        double cost = Cost(weights);
        for (int step = 0; step < MaxSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = torch.NewDisposeScope();
            Tensor probabilities = functional.softmax(points.matmul(weights), 1);
            Tensor gradient = transposed.matmul(probabilities - targets).AddInPlace(weights * penalties);
            if (gradient.abs().max().item<double>() <= tolerance * points.size(0))
            {
                break;
            }

            Tensor direction = Direction(gradient, probabilities);
            double slope = Dot(gradient, direction);
            (double share, int halvings) = (1, 0);
            Tensor next = weights.Add(direction);
            double reached = Cost(next);
            while (reached > cost + (1e-4 * share * slope) && halvings < MaxHalvings)
            {
                share /= 2;
                halvings++;
                next = weights.Add(direction.Mul(share));
                reached = Cost(next);
            }

            if (!(reached < cost))
            {
                break; // Rounding leaves nothing to gain.
            }

            weights.copy_(next);
            cost = reached;
        }

        return weights.MoveToOuterDisposeScope();

        double Cost(Tensor at)
        {
            using var inner = torch.NewDisposeScope();
            return (functional.log_softmax(points.matmul(at), 1) * targets).sum().negative().Add((at.Square() * penalties).sum().Mul(0.5)).item<double>();
        }

        // Approximately −H⁻¹g.
        Tensor Direction(Tensor gradient, Tensor probabilities)
        {
            using var inner = torch.NewDisposeScope();
            Tensor solution = torch.zeros_like(gradient);
            Tensor residual = gradient.negative();
            Tensor conjugate = residual.clone();
            double size = Dot(residual, residual);
            double enough = size * Math.Pow(Math.Min(0.1, Math.Sqrt(Math.Sqrt(size) / points.size(0))), 2);
            for (int product = 0; product < MaxProducts && size > enough; product++)
            {
                using var one = torch.NewDisposeScope();
                Tensor moved = probabilities * points.matmul(conjugate);
                Tensor curved = transposed.matmul(moved - (probabilities * moved.sum(1, keepdim: true))).AddInPlace(conjugate * penalties);
                double curvature = Dot(conjugate, curved);
                if (!(curvature > 0))
                {
                    break;
                }

                double length = size / curvature;
                solution.AddInPlace(conjugate, length);
                residual.AddInPlace(curved, -length);
                double left = Dot(residual, residual);
                conjugate.MulInPlace(left / size).AddInPlace(residual);
                size = left;
            }

            return solution.MoveToOuterDisposeScope();
        }
    }

    private static double Dot(Tensor left, Tensor right)
    {
        using Tensor product = left * right;
        using Tensor sum = product.sum();
        return sum.item<double>();
    }
}
