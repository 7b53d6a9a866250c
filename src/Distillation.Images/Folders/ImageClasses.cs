namespace Distillation.Images.Folders;

/// <summary>The names and the ids of the classes of files.</summary>
internal static class ImageClasses
{
    /// <summary>Returns the given names, or those that occur in ordinal order.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<ImageEntry> entries, IReadOnlyList<string>? given) =>
        entries[0].Label is null ? [] : given ?? [.. entries.Select(entry => entry.Label!).Distinct().Order(StringComparer.Ordinal)];

    /// <exception cref="InvalidDataException">A file is of another class.</exception>
    public static long[]? IdsOf(IReadOnlyList<ImageEntry> entries, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }

        Dictionary<string, long> ids = names.Select((name, id) => KeyValuePair.Create(name, (long)id)).ToDictionary(StringComparer.Ordinal);
        return
        [
            .. entries.Select(entry => ids.TryGetValue(entry.Label!, out long id)
                ? id
                : throw new InvalidDataException($"'{entry.Path}' must be of one of the classes {string.Join(", ", names)}, but is of '{entry.Label}'.")),
        ];
    }
}
