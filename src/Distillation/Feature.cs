namespace Distillation;

/// <summary>The place of an inner layer whose output a loss reads.</summary>
/// <param name="Path">The module path as <c>named_modules()</c> spells it, such as <c>layer2.0.conv1</c>. Case matters.</param>
public readonly record struct Feature(string Path)
{
    /// <summary>Names a layer by its path.</summary>
    /// <param name="path">The module path.</param>
    public static implicit operator Feature(string path) => new(path);

    /// <summary>Names a layer by its path.</summary>
    /// <param name="path">The module path.</param>
    /// <returns>The place of the layer.</returns>
    public static Feature FromString(string path) => new(path);

    /// <inheritdoc/>
    public override string ToString() => Path;
}
