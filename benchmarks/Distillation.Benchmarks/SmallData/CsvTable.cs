using System.Globalization;
using CsvHelper;
using Distillation.Data;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>A table of a CSV file with a header line: columns of numbers, columns of names, and the class in the last one.</summary>
internal sealed class CsvTable : IDisposable
{
    private readonly TensorData _data;
    private readonly long[] _labels;

    private CsvTable(IReadOnlyList<float[]> columns, IReadOnlyList<ColumnKind> kinds, IReadOnlyList<string> classes, long[] labels) =>
        (_data, Kinds, Classes, _labels) = (TensorData.FromColumns(columns, labels), kinds, classes, labels);

    /// <summary>Gets what each column of the inputs is: a measure, or one bit of a name.</summary>
    public IReadOnlyList<ColumnKind> Kinds { get; }

    /// <summary>Gets the names of the classes, in the order of their ids.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The table. A column is one of numbers where all its values are; each name of another one becomes a column of ones and zeros.</returns>
    public static CsvTable Read(string path)
    {
        string[][] columns = Columns(path);
        var inputs = new List<float[]>();
        var kinds = new List<ColumnKind>();
        foreach (string[] column in columns[..^1])
        {
            float[][] made = Numbers(column) is { } numbers
                ? [numbers]
                : [.. Names(column).Select(name => Array.ConvertAll(column, value => value == name ? 1f : 0f))];
            inputs.AddRange(made);
            kinds.AddRange(Enumerable.Repeat(Numbers(column) is null ? ColumnKind.Nominal : ColumnKind.Continuous, made.Length));
        }

        string[] classes = Names(columns[^1]);
        return new CsvTable(inputs, kinds, classes, Array.ConvertAll(columns[^1], name => (long)Array.BinarySearch(classes, name, StringComparer.Ordinal)));
    }

    /// <summary>Draws labeled rows, from each class the same share.</summary>
    /// <param name="labels">How many rows, but for the rounding of each class.</param>
    /// <param name="seed">Any number; the same one draws the same rows.</param>
    /// <returns>
    /// The drawn rows, and all others; the caller disposes them. Both are normalized by the drawn rows alone, and a column in which those do not differ is
    /// zero.
    /// </returns>
    public (TensorData Train, TensorData Test) Draw(int labels, int seed)
    {
        using var scope = torch.NewDisposeScope();
        Fold fold = Split.Stratified(_labels, (double)labels / _labels.Length, seed);
        Batch train = _data.Read(torch.tensor([.. fold.Train]));
        Batch test = _data.Read(torch.tensor([.. fold.HeldOut]));
        var normalization = Normalization.Fit(train.Inputs);
        Tensor differs = train.Inputs.amax([0]).ne(train.Inputs.amin([0]));
        return (Normalized(train), Normalized(test));

        TensorData Normalized(Batch rows) => new TensorData(normalization.Apply(rows.Inputs).mul_(differs), rows.Labels).InMemory();
    }

    public void Dispose() => _data.Dispose();

    private static string[][] Columns(string path)
    {
        using var reader = CsvReader.FromFile(path, CsvReaderOptions.Default with { Separator = ',' });
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];
    }

    private static float[]? Numbers(string[] column) => column.All(value => float.TryParse(value, CultureInfo.InvariantCulture, out _))
        ? Array.ConvertAll(column, value => float.Parse(value, CultureInfo.InvariantCulture))
        : null;

    private static string[] Names(string[] column) => [.. column.Distinct().Order(StringComparer.Ordinal)];
}
