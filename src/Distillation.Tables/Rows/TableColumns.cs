namespace Distillation.Tables.Rows;

/// <summary>Checks columns that are to be a table.</summary>
internal static class TableColumns
{
    /// <exception cref="InvalidDataException">There is no column, or names are empty or occur twice.</exception>
    public static void RequireNames(IReadOnlyList<string> names, string table)
    {
        if (names.Count == 0)
        {
            throw new InvalidDataException($"'{table}' must have at least one column, but is empty.");
        }

        int empty = names.ToList().FindIndex(string.IsNullOrWhiteSpace);
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (empty >= 0 || twice is not null)
        {
            throw new InvalidDataException(
                empty >= 0
                    ? $"Every column of '{table}' must have a name, but column {empty + 1} has none."
                    : $"The columns of '{table}' must have distinct names, but '{twice}' occurs twice.");
        }
    }
}
