using System.Text.RegularExpressions;

namespace Distillation.Tests;

/// <summary>A C# block of a page.</summary>
/// <param name="Line">The line of the page, counted from 1, on which the code begins.</param>
/// <param name="Code">The code.</param>
/// <param name="StartsProgram">Whether the comment above the block begins a program of its own.</param>
internal sealed partial record CodeBlock(int Line, string Code, bool StartsProgram)
{
    /// <summary>Returns the C# blocks of a page, in their order.</summary>
    public static IReadOnlyList<CodeBlock> In(string markdown)
    {
        string text = markdown.ReplaceLineEndings("\n");
        return
        [
            .. Blocks().Matches(text).Select(match => new CodeBlock(
                text.AsSpan(0, match.Groups["code"].Index).Count('\n') + 1, match.Groups["code"].Value, match.Groups["program"].Success)),
        ];
    }

    /// <summary>Returns the programs of a page: the blocks up to the next one that begins a program.</summary>
    public static IReadOnlyList<IReadOnlyList<CodeBlock>> Programs(string markdown)
    {
        List<List<CodeBlock>> programs = [];
        foreach (CodeBlock block in In(markdown))
        {
            if (programs.Count == 0 || block.StartsProgram)
            {
                programs.Add([]);
            }

            programs[^1].Add(block);
        }

        return programs;
    }

    [GeneratedRegex("^(?<program><!-- program -->\n)?```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
