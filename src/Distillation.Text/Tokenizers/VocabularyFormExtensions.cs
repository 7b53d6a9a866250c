namespace Distillation.Text;

/// <summary>The files of the forms of vocabularies.</summary>
internal static class VocabularyFormExtensions
{
    /// <summary>Returns the usual names of the files, in the order in which they are read.</summary>
    public static IReadOnlyList<string> FileNames(this VocabularyForm form) => form switch
    {
        VocabularyForm.WordPiece => ["vocab.txt"],
        VocabularyForm.ByteLevelBpe => ["vocab.json", "merges.txt"],
        _ => ["tokenizer.model"],
    };
}
