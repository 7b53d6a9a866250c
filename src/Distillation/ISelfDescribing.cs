namespace Distillation;

/// <summary>
/// Lists the settings of an object: what makes it another one than those of the same type. A checkpoint belongs to the run whose options, losses and optimizers
/// have the same types and settings.
/// </summary>
public interface ISelfDescribing
{
    /// <summary>Lists the settings by name.</summary>
    /// <returns>
    /// The settings, the same at any time of a run: nothing that is learned. The default is none: the type alone counts. A value is a text, a number, an
    /// enumeration, <see langword="null"/>, an <see cref="ISelfDescribing"/>, or a list of these; of anything else the name of the type counts.
    /// </returns>
    IEnumerable<(string Name, object? Value)> Describe() => [];
}
