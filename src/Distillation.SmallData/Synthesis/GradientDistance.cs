namespace Distillation.SmallData;

/// <summary>The layer-wise cosine distance of two sets of gradients (Zhao, Mopuri and Bilen, 2021).</summary>
/// <remarks>
/// <c>Σ_layers Σ_outputs (1 − a·b/(‖a‖·‖b‖ + 1e-6))</c> for the gradients a and b of all weights of one output unit or channel. Parameters of one dimension,
/// biases and the scales of normalizations, do not count: so does the code of the authors.
/// </remarks>
internal static class GradientDistance
{
    private const double Epsilon = 1e-6;
    private const double Smallest = 1e-30;

    /// <summary>Computes the distance; gradients flow to both sides.</summary>
    public static Tensor Of(IReadOnlyList<Tensor> left, IReadOnlyList<Tensor> right)
    {
        Tensor sum = torch.zeros([], left[0].dtype, left[0].device);
        foreach ((Tensor one, Tensor other) in left.Zip(right).Where(pair => pair.First.dim() > 1))
        {
            (Tensor a, Tensor b) = (one.flatten(1), other.flatten(1));
            Tensor lengths = Length(a) * Length(b);
            sum = sum.Add(((a * b).sum(1) / lengths.Add(Epsilon)).RSub(1).sum());
        }

        return sum;
    }

    // The slope of the root is infinite at 0, where a unit that is off for all samples has its gradient.
    private static Tensor Length(Tensor rows) => rows.Square().sum(1).ClampMin(Smallest).sqrt();
}
