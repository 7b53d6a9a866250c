using System.IO.Enumeration;

namespace Distillation.Images.Folders;

/// <summary>Files with their classes, in an order that depends on their names alone.</summary>
internal sealed class ImageListing
{
    private static readonly HashSet<string> Extensions = new([".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"], StringComparer.OrdinalIgnoreCase);

    public required IReadOnlyList<ImageEntry> Entries { get; init; }

    /// <summary>Files with other extensions.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Lists the images of a directory that has one directory for each class.</summary>
    /// <exception cref="InvalidDataException">There is no class, or a class without images.</exception>
    public static ImageListing OfClasses(string directory)
    {
        var entries = new List<ImageEntry>();
        var ignored = new List<string>();
        string[] classes = [.. Directory.GetDirectories(directory).OrderBy(path => Path.GetFileName(path), StringComparer.Ordinal)];
        foreach (string path in classes)
        {
            int before = entries.Count;
            Add(path, Path.GetFileName(path), entries, ignored);
            if (entries.Count == before)
            {
                throw new InvalidDataException(
                    $"Every directory in '{directory}' must have images ({string.Join(", ", Extensions)}), because it is a class, but '{path}' has none.");
            }
        }

        ignored.AddRange(Directory.GetFiles(directory).Order(StringComparer.Ordinal));
        return classes.Length > 0
            ? new() { Entries = entries, Ignored = ignored }
            : throw new InvalidDataException($"'{directory}' must have one directory for each class, but has none.");
    }

    /// <summary>Lists the images of a directory and of those in it.</summary>
    /// <exception cref="InvalidDataException">There is no image.</exception>
    public static ImageListing OfAll(string directory)
    {
        var entries = new List<ImageEntry>();
        var ignored = new List<string>();
        Add(directory, null, entries, ignored);
        return entries.Count > 0
            ? new() { Entries = entries, Ignored = ignored }
            : throw new InvalidDataException($"'{directory}' must have images ({string.Join(", ", Extensions)}), but has none.");
    }

    // Directory by directory, as os.walk of Python does when it is sorted. Links to directories are not followed: they can lead in a circle.
    private static void Add(string directory, string? label, List<ImageEntry> entries, List<string> ignored)
    {
        var files = new FileSystemEnumerable<string>(
            directory,
            (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        IOrderedEnumerable<string> ordered = files
            .OrderBy(path => Path.GetDirectoryName(path), StringComparer.Ordinal)
            .ThenBy(path => Path.GetFileName(path), StringComparer.Ordinal);
        foreach (string path in ordered)
        {
            if (Extensions.Contains(Path.GetExtension(path)))
            {
                entries.Add(new ImageEntry(path, label));
            }
            else
            {
                ignored.Add(path);
            }
        }
    }
}
