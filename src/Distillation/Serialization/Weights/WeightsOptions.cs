namespace Distillation.Serialization;

/// <summary>How the weights in a file become those of a module.</summary>
public sealed record WeightsOptions
{
    /// <summary>Gets whether the file must have each tensor of the module in its shape, and no other.</summary>
    /// <remarks>
    /// A <c>num_batches_tracked</c> that the file does not have beside the <c>running_mean</c> of the same layer keeps its value, and is not missing: files of
    /// PyTorch before 0.4.1 have none.
    /// </remarks>
    /// <value>True by default. Otherwise what fits is loaded, and the report lists what was not.</value>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// Gets whether numbers of another type than the module's become the module's own: floating-point numbers of any width, rounded where the module's is
    /// narrower, and integers where the module's type has all of them.
    /// </summary>
    /// <value>
    /// True by default. Otherwise a tensor of another type is a mismatch. Integers of a type with numbers that the module's does not have, and integers in the
    /// place of floating-point numbers, always are.
    /// </value>
    public bool ConvertTypes { get; init; } = true;

    /// <summary>Gets what makes of the name of a tensor in the file its name in the module; <see langword="null"/> leaves the tensor out.</summary>
    /// <value>Not given by default: names are the same.</value>
    public Func<string, string?>? Rename { get; init; }
}
