namespace Distillation;

/// <summary>Parameters that have the same factors.</summary>
/// <param name="Named">The parameters by name.</param>
/// <param name="RateFactor">The factor of the learning rate.</param>
/// <param name="DecayFactor">The factor of the weight decay.</param>
internal sealed record GroupedParameters(IReadOnlyList<(string Name, Parameter Parameter)> Named, double RateFactor, double DecayFactor)
{
    /// <summary>Gets the parameters: an array, because TorchSharp enumerates them at every step.</summary>
    public Parameter[] Parameters { get; } = [.. Named.Select(one => one.Parameter)];
}
