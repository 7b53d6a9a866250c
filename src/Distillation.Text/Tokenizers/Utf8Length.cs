namespace Distillation.Text;

/// <summary>The lengths of characters in UTF-8.</summary>
internal static class Utf8Length
{
    /// <summary>Returns the number of bytes of the first character, by its first byte alone, and at most what is there.</summary>
    /// <param name="text">The text, not empty; a byte within a character counts as one.</param>
    public static int OfFirst(ReadOnlySpan<byte> text) => Math.Min(text.Length, text[0] switch { < 0xc0 => 1, < 0xe0 => 2, < 0xf0 => 3, _ => 4 });
}
