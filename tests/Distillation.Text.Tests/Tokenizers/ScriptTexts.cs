using System.Text;

namespace Distillation.Text.Tests.Tokenizers;

/// <summary>Made-up texts of twenty scripts, the same ones on every platform.</summary>
/// <remarks>Without three marks that are younger than the character tables of the reference tokenizer, which takes them for letters.</remarks>
internal static class ScriptTexts
{
    public const int TextsOfScript = 500;

    private static readonly string[] Separators =
    [
        " ", " ", " ", " ", "  ", "\t", "\n", "\u00a0", "\u3000", ", ", ". ", "-", "'", " (", ") ", "? ", "/", " — ", "、", "।", "\u200d", "\u0007", "\ufffd",
        " 😀 ", "…",
    ];
    private static readonly string[] Words =
        ["the", "The", "model", "DISTILLATION", "token", "un", "café", "naïve", "2026", "3.14", "x²", "ﬁne", "Straße", "İstanbul", "e\u0301t\u0301"];

    /// <summary>Gets the names of the scripts, with the code points of their letters and marks.</summary>
    public static IReadOnlyList<(string Script, int From, int To)> Scripts { get; } =
    [
        ("Latin", 0x00c0, 0x024f), ("Greek", 0x0386, 0x03ce), ("Cyrillic", 0x0400, 0x045f), ("Armenian", 0x0531, 0x0586), ("Hebrew", 0x05d0, 0x05ea),
        ("Arabic", 0x0620, 0x0652), ("Devanagari", 0x0901, 0x094d), ("Bengali", 0x0985, 0x09cd), ("Gujarati", 0x0a85, 0x0acd), ("Tamil", 0x0b85, 0x0bcd),
        ("Telugu", 0x0c05, 0x0c4d), ("Kannada", 0x0c85, 0x0ccd), ("Malayalam", 0x0d05, 0x0d4d), ("Thai", 0x0e01, 0x0e4e), ("Tibetan", 0x0f40, 0x0f84),
        ("Georgian", 0x10d0, 0x10f0), ("Hangul", 0xac00, 0xd7a3), ("Hiragana", 0x3041, 0x3096), ("Katakana", 0x30a1, 0x30fa), ("Han", 0x4e00, 0x9fa5),
    ];

    /// <summary>Returns the texts of a script.</summary>
    public static IEnumerable<string> Of(int script)
    {
        // A linear congruence (Knuth's MMIX): the numbers of Random are not promised to stay.
        ulong state = (ulong)(script + 1);
        int Next(int below)
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            return (int)((state >> 33) % (ulong)below);
        }

        (string _, int from, int to) = Scripts[script];
        for (int number = 0; number < TextsOfScript; number++)
        {
            var text = new StringBuilder();
            for (int words = 1 + Next(12); words > 0; words--)
            {
                if (Next(5) == 0)
                {
                    text.Append(Words[Next(Words.Length)]);
                }
                else
                {
                    for (int letters = 1 + Next(5); letters > 0; letters--)
                    {
                        int letter = from + Next(to - from + 1);
                        text.Append(letter is 0x0c3c or 0x0d3b or 0x0d3c ? (char)from : (char)letter);
                    }
                }

                text.Append(Separators[Next(Separators.Length)]);
            }

            yield return text.ToString();
        }
    }
}
