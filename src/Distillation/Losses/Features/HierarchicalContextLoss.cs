using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Hierarchical context: maps match as they are, and averaged to coarser and coarser ones (the HCL of ReviewKD; Chen et al., CVPR 2021).</summary>
/// <remarks>
/// <para>
/// The sum over the pairs of <c>Σₗ wₗ mean (poolₗ(s) − poolₗ(t))² / Σₗ wₗ</c>; the levels are the map itself with weight 1, then its averages on grids of 4×4,
/// 2×2 and 1×1, those that are smaller than the map, with weights ½, ¼, ⅛ in turn.
/// </para>
/// <para>
/// The layers of a pair are maps of one shape, [N, C, H, W]. As in the authors' code and mdistiller, which look at the height alone; here, at the shorter side.
/// </para>
/// </remarks>
public sealed class HierarchicalContextLoss : IDistillationLoss
{
    private readonly LayerPair[] _pairs;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The pairs of layers, one or more.</param>
    public HierarchicalContextLoss(params IReadOnlyList<LayerPair> pairs)
    {
        _pairs = LayerPair.AtLeast(1, pairs);
        Features = LayerPair.Demand(_pairs);
    }

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Pairs", _pairs)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The layers of a pair are not maps of one shape.</exception>
    public Tensor Compute(DistillationContext context) =>
        _pairs.Select(pair => pair.Of(context)).Select(layers => Compare(layers.Student, layers.Teacher)).Aggregate(TensorArithmetic.Add);

    /// <summary>The loss of one pair of maps.</summary>
    internal static Tensor Compare(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        Tensor sum = functional.mse_loss(student, teacher);
        double weight = 1;
        double total = 1;
        long smallest = Math.Min(student.size(2), student.size(3));
        foreach (long grid in (ReadOnlySpan<long>)[4, 2, 1])
        {
            if (grid < smallest)
            {
                weight /= 2;
                total += weight;
                sum = sum.Add(functional.mse_loss(FeatureMaps.Pool(student, grid, grid), FeatureMaps.Pool(teacher, grid, grid)).Mul(weight));
            }
        }

        return sum.Div(total);
    }
}
