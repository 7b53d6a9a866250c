namespace OnnxConsole;

/// <summary>The most probable class.</summary>
internal sealed record Classification(string Label, float Probability);
