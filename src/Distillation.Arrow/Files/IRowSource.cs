namespace Distillation.Arrow;

/// <summary>Rows with the columns of a store: on disk, or not yet there.</summary>
internal interface IRowSource
{
    /// <summary>The type of number that a column has here.</summary>
    ElementType TypeOf(int column);

    /// <summary>Copies a row's values of a column.</summary>
    void Copy(int column, int row, Span<byte> target);

    ulong? Digest(int row);
}
