using System.Text.RegularExpressions;
using Distillation.Tests.Conventions;

namespace Distillation.Docs.Tests;

/// <summary>Finds links of pages that lead to no file of the repository, or to no heading of a page.</summary>
internal static partial class PageLinks
{
    // What is on the packages' own page leads here by whole addresses.
    private const string Repository = "https://github.com/distillation-net/distillation/blob/main/";

    /// <summary>Returns the links of a page that lead nowhere, each with the page, its line and the target.</summary>
    public static IReadOnlyList<string> Dead(string page, string markdown)
    {
        string[] lines = WithoutCode(markdown).Split('\n');
        return
        [
            .. from place in lines.Index()
               from Match link in Link().Matches(place.Item)
               let target = link.Groups["target"].Value
               where !Resolves(page, markdown, target)
               select $"{page}:{place.Index + 1}: {target}",
        ];
    }

    private static bool Resolves(string page, string markdown, string target)
    {
        bool isWhole = target.StartsWith(Repository, StringComparison.Ordinal);
        if (!isWhole && (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)))
        {
            return true;
        }

        string[] parts = (isWhole ? target[Repository.Length..] : target).Split('#', 2);
        string folder = isWhole ? "" : Path.GetDirectoryName(page)!;
        string path = Path.GetFullPath(Path.Combine(Sources.Root, folder, Uri.UnescapeDataString(parts[0])));
        return parts[0].Length > 0 && !File.Exists(path)
            ? parts.Length == 1 && Directory.Exists(path)
            : parts.Length == 1 || Anchors(parts[0].Length == 0 ? markdown : File.ReadAllText(path)).Contains(parts[1]);
    }

    // The host makes an anchor of a heading: small letters, spaces as hyphens, without other signs; a heading that comes again has its number behind it.
    private static HashSet<string> Anchors(string markdown)
    {
        HashSet<string> anchors = [];
        foreach (Match heading in Heading().Matches(WithoutCode(markdown, keepsInline: true)))
        {
            string text = Link().Replace(heading.Groups["text"].Value, link => link.Groups["text"].Value).Trim().ToLowerInvariant();
            string anchor = Signs().Replace(text, "").Replace(' ', '-');
            string numbered = anchor;
            for (int number = 1; !anchors.Add(numbered); number++)
            {
                numbered = $"{anchor}-{number}";
            }
        }

        return anchors;
    }

    // Lines stay, so that numbers of lines do.
    private static string WithoutCode(string markdown, bool keepsInline = false)
    {
        string text = Fence().Replace(markdown.ReplaceLineEndings("\n"), block => new string('\n', block.Value.Count(sign => sign == '\n')));
        return keepsInline ? text : Inline().Replace(text, "code");
    }

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\p{Pc} -]")]
    private static partial Regex Signs();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Inline();
}
