using System.Globalization;
using System.Text;

namespace Distillation.Text;

/// <summary>Takes the accents off letters: canonical decomposition, from which nonspacing marks are left out.</summary>
/// <remarks>
/// The decompositions are those of the Unicode Character Database 15.0, in <c>CanonicalBases.txt</c>: <c>string.Normalize</c> leaves all but ASCII as it is
/// where an application is built with <c>InvariantGlobalization</c>, and the ids of a text must not depend on that.
/// </remarks>
internal static class UnaccentedText
{
    private const int FirstSyllable = 0xac00;
    private const int LastSyllable = 0xd7a3;
    private const int Vowels = 21;
    private const int Finals = 28;

    private static readonly Lazy<Dictionary<int, Rune[]>> Bases = new(Read);

    /// <summary>Appends a character without its accents: nothing, one character, or those of which a syllable of Hangul consists.</summary>
    public static void Append(List<Rune> text, Rune rune)
    {
        if (rune.IsAscii)
        {
            text.Add(rune);
        }
        else if (rune.Value is >= FirstSyllable and <= LastSyllable)
        {
            AppendSyllable(text, rune.Value - FirstSyllable);
        }
        else if (Bases.Value.TryGetValue(rune.Value, out Rune[]? letters))
        {
            text.AddRange(letters);
        }
        else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
        {
            text.Add(rune);
        }
    }

    // The Unicode Standard, 3.12: syllables are numbered by initial, vowel and final.
    private static void AppendSyllable(List<Rune> text, int number)
    {
        text.Add(new Rune(0x1100 + (number / (Vowels * Finals))));
        text.Add(new Rune(0x1161 + (number % (Vowels * Finals) / Finals)));
        if (number % Finals != 0)
        {
            text.Add(new Rune(0x11a7 + (number % Finals)));
        }
    }

    private static Dictionary<int, Rune[]> Read()
    {
        var bases = new Dictionary<int, Rune[]>();
        using Stream stream = typeof(UnaccentedText).Assembly.GetManifestResourceStream("Distillation.Text.CanonicalBases.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            int[] codes = [.. line.Split(' ').Select(code => int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            bases[codes[0]] = [.. codes.Skip(1).Select(code => new Rune(code))];
        }

        return bases;
    }
}
