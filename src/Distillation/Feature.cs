namespace Distillation;

/// <summary>The place of an inner layer whose output a loss reads.</summary>
/// <remarks>
/// Layers can be read that map one to six tensors, also with the state of an LSTM or the options of attention, to a tensor or a tuple of tensors. The output is
/// read as it was when the layer had run.
/// </remarks>
/// <param name="Path">
/// The module path as <c>named_modules()</c> spells it, such as <c>layer2.0.conv1</c>; with the number of the element in brackets, <c>lstm[0]</c>, where the
/// layer outputs a tuple. Case matters.
/// </param>
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
