using System.Text;

namespace Distillation.Images.Folders;

/// <summary>Reads the rows of a CSV file by RFC 4180: commas, quotes that are doubled inside quotes, and lines that end with LF or CRLF.</summary>
internal static class CsvRows
{
    /// <summary>Returns the fields of each row with the number of its first line, from 1. Empty lines are left out.</summary>
    /// <exception cref="InvalidDataException">A quote is not closed, or stands where none may.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Read(TextReader reader, string name)
    {
        var fields = new List<string>();
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            int first = ++number;
            int at = 0;
            while (true)
            {
                if (at < line.Length && line[at] == '"')
                {
                    (string field, line, at, number) = Quoted(reader, line, at + 1, number, first, name);
                    fields.Add(field);
                }
                else
                {
                    int comma = line.IndexOf(',', at);
                    int end = comma < 0 ? line.Length : comma;
                    fields.Add(line[at..end]);
                    at = end;
                }

                if (at == line.Length)
                {
                    break;
                }

                at++;
            }

            if (fields.Count > 1 || fields[0].Length > 0)
            {
                yield return (first, [.. fields]);
            }

            fields.Clear();
        }
    }

    private static (string Field, string Line, int At, int Number) Quoted(TextReader reader, string line, int at, int number, int first, string name)
    {
        var field = new StringBuilder();
        while (true)
        {
            int quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                field.Append(line, at, line.Length - at).Append('\n');
                line = reader.ReadLine() ?? throw new InvalidDataException($"'{name}' has a quote in line {first} that is not closed.");
                number++;
                at = 0;
                continue;
            }

            field.Append(line, at, quote - at);
            at = quote + 1;
            if (at < line.Length && line[at] == '"')
            {
                field.Append('"');
                at++;
                continue;
            }

            return at == line.Length || line[at] == ','
                ? (field.ToString(), line, at, number)
                : throw new InvalidDataException($"'{name}' must have a comma behind the closing quote in line {number}, but has '{line[at]}'.");
        }
    }
}
