namespace Distillation.Arrow;

/// <summary>An inner layer as the manifest has it.</summary>
/// <param name="Name">The path of the module.</param>
/// <param name="Shape">The shape of one sample's output.</param>
/// <param name="Type">The type of the output of the teacher, and of what reading returns.</param>
internal sealed record StoredLayer(string Name, long[] Shape, string Type);
