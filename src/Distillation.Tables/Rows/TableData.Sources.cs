using Distillation.Tables.Rows;
using Microsoft.ML;

namespace Distillation.Tables;

public sealed partial class TableData
{
    /// <summary>Reads a Parquet file.</summary>
    /// <param name="path">A Parquet file whose columns are neither nested nor lists. Types of numbers become numbers, texts names.</param>
    /// <returns>The table.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no Parquet file or is damaged, has no rows, a column of another type, or an infinite number; the message names the column.
    /// </exception>
    public static TableData FromParquet(string path)
    {
        using FileStream stream = File.OpenRead(Require.Text(path));
        return ParquetTable.Read(stream, path);
    }

    /// <summary>Reads Parquet from a stream.</summary>
    /// <param name="stream">The content of a Parquet file, which can seek; the caller disposes it.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static TableData FromParquet(Stream stream) => ParquetTable.Read(Require.Present(stream), "The stream");

    /// <summary>Reads a data view of ML.NET.</summary>
    /// <param name="view">
    /// The data. Numbers become numbers, texts and keys with texts names, and vectors of known size a number column for each slot, called <c>Name[0]</c>,
    /// <c>Name[1]</c>, … Missing values are those of ML.NET: NaN, the key 0 and the empty text. Hidden columns are left out.
    /// </param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The data have no rows.</exception>
    /// <exception cref="InvalidDataException">A column is of another type, or has an infinite number; the message names it.</exception>
    public static TableData FromDataView(IDataView view) => DataViewTable.Read(Require.Present(view));
}
