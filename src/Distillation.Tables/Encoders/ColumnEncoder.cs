using System.Text.Json;

namespace Distillation.Tables.Encoders;

/// <summary>Makes features of one column.</summary>
internal abstract class ColumnEncoder
{
    /// <summary>Gets the name of the column.</summary>
    public required string Column { get; init; }

    /// <summary>Gets the kind that the column must have.</summary>
    public abstract TableColumnKind Kind { get; }

    /// <summary>Gets the features, in order.</summary>
    public abstract IReadOnlyList<EncodedFeature> Features { get; }

    /// <summary>Writes the features of all rows into a matrix of zeros.</summary>
    /// <param name="column">The column, of this kind.</param>
    /// <param name="matrix">[N, F], row by row.</param>
    /// <param name="width">F.</param>
    /// <param name="first">The place of the first feature in a row.</param>
    public abstract void Encode(TableColumn column, Span<float> matrix, int width, int first);

    /// <summary>Writes what was fitted as members of an object.</summary>
    public abstract void Write(Utf8JsonWriter json);

    protected EncodedFeature Feature(string name, EncodedFeatureKind kind) => new() { Name = name, Column = Column, Kind = kind };
}
