namespace Distillation.Tables;

/// <summary>A column of the inputs that a <see cref="TableEncoder"/> makes.</summary>
public sealed record EncodedFeature
{
    /// <summary>Gets the name: that of the column, <c>column=name</c> for the bit of a name, or <c>column is missing</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the column of the table that it is made of.</summary>
    public required string Column { get; init; }

    /// <summary>Gets what its numbers are.</summary>
    public required EncodedFeatureKind Kind { get; init; }
}
