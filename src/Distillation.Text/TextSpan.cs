namespace Distillation.Text;

/// <summary>A labeled part of a text.</summary>
/// <param name="Start">The place of its first UTF-16 code unit, from 0.</param>
/// <param name="Length">The number of its UTF-16 code units.</param>
/// <param name="Label">The name of the label.</param>
public readonly record struct TextSpan(int Start, int Length, string Label)
{
    /// <summary>Gets the place behind the last UTF-16 code unit.</summary>
    public int End => Start + Length;
}
