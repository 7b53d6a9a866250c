namespace Distillation.Text;

/// <summary>Cuts a text in normal form into pieces.</summary>
internal interface ISentencePieceSegmenter
{
    /// <summary>Finds the pieces of a text, one after the other.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="ids">Where the pieces go.</param>
    void Segment(ReadOnlySpan<byte> text, SentencePieceIds ids);
}
