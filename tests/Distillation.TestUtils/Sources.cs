namespace Distillation.Tests.Conventions;

/// <summary>The source files of the repository.</summary>
internal static class Sources
{
    /// <summary>Gets the directory of the solution.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Returns the C# files of folders at the top level.</summary>
    public static string[] In(params string[] folders)
    {
        string separator = Path.DirectorySeparatorChar.ToString();
        IEnumerable<string> all = folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories));
        return [.. all.Where(path => !path.Contains($"{separator}obj{separator}", StringComparison.Ordinal))];
    }

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Distillation.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}
