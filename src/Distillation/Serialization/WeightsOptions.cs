namespace Distillation.Serialization;

/// <summary>How the weights in a file become those of a module.</summary>
public sealed record WeightsOptions
{
    /// <summary>Gets whether the file must have each tensor of the module in its shape, and no other.</summary>
    /// <value>True by default. Otherwise what fits is loaded, and the report says what was not.</value>
    public bool Strict { get; init; } = true;

    /// <summary>Gets whether floating-point numbers of another width than the module's become the module's own, rounded where that is narrower.</summary>
    /// <value>True by default. Otherwise a tensor of another type is a mismatch, as it is for other numbers always.</value>
    public bool ConvertTypes { get; init; } = true;

    /// <summary>Gets what makes of the name of a tensor in the file its name in the module; <see langword="null"/> leaves the tensor out.</summary>
    /// <value>Not given by default: names are the same.</value>
    public Func<string, string?>? Rename { get; init; }
}
