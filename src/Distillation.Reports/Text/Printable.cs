using System.Text;
using System.Xml;

namespace Distillation.Reports;

/// <summary>Text that every format of a report can hold.</summary>
internal static class Printable
{
    /// <summary>Returns a text in which what XML has no place for, control characters and halves of surrogate pairs, is the replacement character.</summary>
    public static string Of(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
            {
                kept.Append(text[i]);
            }
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                kept.Append(text, i++, 2);
            }
            else
            {
                kept.Append('\uFFFD');
            }
        }

        return kept.ToString();
    }

    /// <summary>Returns a text on one line that no control character disturbs.</summary>
    public static string Line(string text) => Of(text).ReplaceLineEndings(" ").Replace('\t', ' ');

    /// <summary>Returns a text that is not longer than so many characters; a longer one ends with an ellipsis.</summary>
    public static string Short(string text, int length) =>
        text.Length <= length ? text : $"{text[..(length - (char.IsHighSurrogate(text[length - 2]) ? 2 : 1))]}…";
}
