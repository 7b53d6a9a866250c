using System.Globalization;
using System.Text;

namespace Distillation.Text;

/// <summary>Splits texts into words: runs of letters, marks and digits.</summary>
internal static class WordRanges
{
    /// <summary>Returns the places of the words of a text, in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="withSigns">Whether each other character that is no white space is a word, too.</param>
    public static List<Range> Of(string text, bool withSigns)
    {
        var words = new List<Range>();
        int start = -1;
        int place = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool within = IsOfWord(rune);
            if (!within && start >= 0)
            {
                words.Add(start..place);
            }

            if (!within && withSigns && !Rune.IsWhiteSpace(rune))
            {
                words.Add(place..(place + rune.Utf16SequenceLength));
            }

            start = !within ? -1 : start < 0 ? place : start;
            place += rune.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            words.Add(start..text.Length);
        }

        return words;
    }

    // Marks too: in many scripts vowels are marks on letters.
    private static bool IsOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
