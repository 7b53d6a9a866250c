namespace Distillation;

/// <summary>Shapes: in words for messages, and compared without making arrays.</summary>
internal static class Shapes
{
    public static string Of(Tensor? tensor) => tensor is null ? "none" : $"[{string.Join(", ", tensor.shape)}]";

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
