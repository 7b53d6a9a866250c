using System.Globalization;
using System.Text.RegularExpressions;

namespace Distillation.Arrow;

/// <summary>
/// The name of a shard without its ending, <c>part-NUMBER</c> or <c>part-NUMBER-ANYTHING</c>; of two shards with the same sample the one with the higher number
/// holds, then the one that comes later in the alphabet.
/// </summary>
/// <param name="Number">The number.</param>
/// <param name="Text">The name.</param>
internal readonly partial record struct ShardName(long Number, string Text) : IComparable<ShardName>
{
    public const string Data = ".arrow";
    public const string Description = ".json";

    // Eighteen digits always fit in an int64.
    private const long Largest = 999_999_999_999_999_999;

    /// <summary>A name that comes after all that are in a directory, and that no other process makes.</summary>
    public static ShardName Next(string folder)
    {
        long number = AllIn(folder, Data).Select(name => name.Number).DefaultIfEmpty(-1).Max() + 1;
        if (number > Largest)
        {
            throw new InvalidDataException($"'{folder}' has a shard with the number {Largest}, and no number comes after it.");
        }

        return new(number, string.Create(CultureInfo.InvariantCulture, $"part-{number:D8}-{Guid.NewGuid():N}"));
    }

    public static IEnumerable<ShardName> AllIn(string folder, string ending) =>
        Directory.EnumerateFiles(folder, $"part-*{ending}")
            .Select(path => Path.GetFileName(path)[..^ending.Length])
            .Select(text => Pattern().Match(text))
            .Where(match => match.Success)
            .Select(match => new ShardName(long.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), match.Value));

    public int CompareTo(ShardName other) => Number != other.Number ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);

    public string In(string folder, string ending) => Path.Combine(folder, Text + ending);

    [GeneratedRegex(@"^part-(?<number>[0-9]{1,18})(-[^.]*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
