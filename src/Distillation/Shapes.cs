namespace Distillation;

/// <summary>Shapes in words, for messages.</summary>
internal static class Shapes
{
    public static string Of(Tensor? tensor) => tensor is null ? "none" : $"[{string.Join(", ", tensor.shape)}]";
}
