using System.Globalization;
using System.Text;

namespace Distillation.Text;

/// <summary>Cuts a text into words as BERT does: at white space, with punctuation marks and ideographs as words of their own.</summary>
/// <remarks>
/// Control characters are left out; "uncased" models have letters in lower case and without accents. (Devlin et al., 2019; the same words as those of Hugging
/// Face's <c>BertNormalizer</c> and <c>BertPreTokenizer</c>.)
/// </remarks>
internal static class BertWords
{
    /// <summary>Returns the words one after the other.</summary>
    /// <param name="text">The text; halves of surrogate pairs are left out.</param>
    /// <param name="lowerCase">Whether letters become lower case and lose their accents.</param>
    public static IEnumerable<string> Of(string text, bool lowerCase)
    {
        var word = new StringBuilder();
        var letters = new List<Rune>();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool space = Rune.IsWhiteSpace(rune);
            if (!space && IsLeftOut(rune))
            {
                continue;
            }

            letters.Clear();
            if (lowerCase && !space)
            {
                UnaccentedText.Append(letters, rune);
            }
            else
            {
                letters.Add(rune);
            }

            bool alone = IsIdeograph(rune);
            foreach (Rune letter in letters)
            {
                Rune cased = lowerCase ? Rune.ToLowerInvariant(letter) : letter;
                bool single = alone || IsPunctuation(cased);
                if ((space || single) && word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }

                if (single)
                {
                    yield return cased.ToString();
                }
                else if (!space)
                {
                    word.Append(cased.ToString());
                }
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    private static bool IsLeftOut(Rune rune) => rune.Value is 0 or 0xfffd
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        : Rune.IsPunctuation(rune);

    // The blocks of CJK ideographs, without kana and Hangul, which have spaces or words.
    private static bool IsIdeograph(Rune rune) => rune.Value
        is (>= 0x4e00 and <= 0x9fff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x20000 and <= 0x2a6df) or (>= 0x2a700 and <= 0x2b73f)
        or (>= 0x2b740 and <= 0x2b81f) or (>= 0x2b820 and <= 0x2ceaf) or (>= 0xf900 and <= 0xfaff) or (>= 0x2f800 and <= 0x2fa1f);
}
