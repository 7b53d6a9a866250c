using Distillation.Tests.Conventions;

namespace Distillation.Docs.Tests;

/// <summary>The pages of the repository, by their paths from its root.</summary>
internal static class Pages
{
    /// <summary>Gets the pages that a user reads: the readme, the documents and the readmes of the packages.</summary>
    public static IReadOnlyList<string> OfUsers { get; } =
        [.. In("", "README.md"), .. In("docs", "*.md"), .. In("docs/how-to", "*.md"), .. Packages().SelectMany(package => In(package, "package-readme.md"))];

    /// <summary>Gets all pages, those of the repository's host among them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfUsers, .. In(".github", "*.md")];

    /// <summary>Returns the text of a page, with the line ends of Unix.</summary>
    public static string Read(string page) => File.ReadAllText(Path.Combine(Sources.Root, page)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Packages() => Directory.GetDirectories(Path.Combine(Sources.Root, "src")).Order(StringComparer.Ordinal);

    private static IEnumerable<string> In(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Sources.Root, folder), pattern)
            .Select(path => Path.GetRelativePath(Sources.Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
}
