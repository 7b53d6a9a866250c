namespace Distillation.Text;

/// <summary>The forms of vocabularies, by the files that hold them.</summary>
internal enum VocabularyForm
{
    /// <summary>One token a line.</summary>
    WordPiece,

    /// <summary>A JSON object of tokens, and pairs to merge.</summary>
    ByteLevelBpe,

    /// <summary>A model of SentencePiece.</summary>
    SentencePiece,
}
