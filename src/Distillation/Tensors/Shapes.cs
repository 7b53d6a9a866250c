namespace Distillation;

/// <summary>Shapes: in words for messages, and compared without making arrays.</summary>
internal static class Shapes
{
    public static string Of(Tensor? tensor) => tensor is null ? "none" : $"[{string.Join(", ", tensor.shape)}]";

    /// <summary>What has one value for each row of logits.</summary>
    public static string OfRows(Tensor logits) => logits.dim() switch
    {
        3 => $"[{logits.size(0)}, {logits.size(1)}]",
        4 => $"[{logits.size(0)}, {logits.size(2)}, {logits.size(3)}]",
        _ => $"[{logits.size(0)}]",
    };

    /// <summary>The dimension of the classes in logits [N, C], [N, T, C] or [N, C, H, W].</summary>
    public static int ClassDimension(Tensor logits) => logits.dim() == 4 ? 1 : -1;

    public static bool Same(Tensor left, Tensor right)
    {
        long dimensions = left.dim();
        if (right.dim() != dimensions)
        {
            return false;
        }

        for (int dimension = 0; dimension < dimensions; dimension++)
        {
            if (left.size(dimension) != right.size(dimension))
            {
                return false;
            }
        }

        return true;
    }
}
