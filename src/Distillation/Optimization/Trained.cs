namespace Distillation;

/// <summary>What an optimizer is given: an array, because TorchSharp walks through what it is given at every step.</summary>
internal static class Trained
{
    public static Parameter[] Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters) => [.. parameters.Select(parameter => parameter.Parameter)];
}
