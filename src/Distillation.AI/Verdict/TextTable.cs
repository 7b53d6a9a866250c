namespace Distillation.AI;

/// <summary>Cells in aligned columns: the first one to the left, the others to the right.</summary>
internal static class TextTable
{
    public static IEnumerable<string> Lines(string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        int[] widths = [.. head.Select((_, column) => all.Max(row => row[column].Length))];
        return all.Select(row => "  " + string.Join("  ", row.Select((cell, column) => Aligned(cell, column, widths[column]))).TrimEnd());
    }

    private static string Aligned(string cell, int column, int width) => column == 0 ? cell.PadRight(width) : cell.PadLeft(width);
}
