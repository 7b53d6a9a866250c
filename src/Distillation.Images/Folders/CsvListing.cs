namespace Distillation.Images.Folders;

/// <summary>Reads paths and labels from two columns of a CSV file.</summary>
internal static class CsvListing
{
    /// <exception cref="InvalidDataException">The file has no such columns, or a row lacks a path or a label.</exception>
    public static IReadOnlyList<ImageEntry> Read(string csvPath, string pathColumn, string labelColumn)
    {
        string root = Path.GetDirectoryName(Path.GetFullPath(csvPath))!;
        using var reader = new StreamReader(csvPath);
        string[]? header = null;
        (int path, int label) = (0, 0);
        var entries = new List<ImageEntry>();
        foreach ((int line, string[] fields) in CsvRows.Read(reader, csvPath))
        {
            if (header is null)
            {
                header = fields;
                (path, label) = (ColumnOf(header, pathColumn, csvPath), ColumnOf(header, labelColumn, csvPath));
                continue;
            }

            if (fields.Length != header.Length || fields[path].Length == 0 || fields[label].Length == 0)
            {
                throw new InvalidDataException(
                    $"Line {line} of '{csvPath}' must have {header.Length} fields with a path and a label among them, but is '{string.Join(",", fields)}'.");
            }

            entries.Add(new ImageEntry(Path.GetFullPath(fields[path], root), fields[label]));
        }

        return entries;
    }

    private static int ColumnOf(string[] header, string name, string csvPath) =>
        header.Count(column => column == name) == 1
            ? Array.IndexOf(header, name)
            : throw new InvalidDataException($"'{csvPath}' must have one column '{name}', but its columns are {string.Join(", ", header)}.");
}
