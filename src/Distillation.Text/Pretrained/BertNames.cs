namespace Distillation.Text;

/// <summary>The names that the tensors of an encoder have in checkpoints of BERT.</summary>
internal static class BertNames
{
    private const string Words = "embeddings.word_embeddings.weight";

    private static readonly (string Own, string Bert)[] Parts =
    [
        ("embeddings.words.", "embeddings.word_embeddings."),
        ("embeddings.positions.", "embeddings.position_embeddings."),
        ("embeddings.token_types.", "embeddings.token_type_embeddings."),
        ("embeddings.norm.", "embeddings.LayerNorm."),
        (".attention.query.", ".attention.self.query."),
        (".attention.key.", ".attention.self.key."),
        (".attention.value.", ".attention.self.value."),
        (".attention.output.", ".attention.output.dense."),
        (".attention_norm.", ".attention.output.LayerNorm."),
        (".intermediate.", ".intermediate.dense."),
        (".output_norm.", ".output.LayerNorm."),
        (".output.", ".output.dense."),
    ];

    /// <summary>Returns the name in a checkpoint, without a prefix.</summary>
    /// <param name="name">The name in <see cref="TransformerTextEncoder"/>.</param>
    public static string Of(string name)
    {
        (string own, string bert) = Array.Find(Parts, part => name.Contains(part.Own, StringComparison.Ordinal));
        string renamed = name.Replace(own, bert, StringComparison.Ordinal);
        return renamed.StartsWith("layers.", StringComparison.Ordinal) ? $"encoder.layer.{renamed["layers.".Length..]}" : renamed;
    }

    /// <summary>Returns the name in checkpoints that were converted from TensorFlow, whose normalizations have a gamma and a beta.</summary>
    /// <param name="bert">The name in other checkpoints.</param>
    public static string OfTensorFlow(string bert) =>
        bert.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);

    /// <summary>Finds what stands before the names of a checkpoint, such as <c>bert.</c>; empty where nothing does.</summary>
    /// <param name="names">The names of the tensors in the file.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="InvalidDataException">There is no table of token embeddings, or several are there.</exception>
    public static string PrefixIn(IEnumerable<string> names, string path)
    {
        string[] found = [.. names.Where(name => name == Words || name.EndsWith($".{Words}", StringComparison.Ordinal))];
        return found.Length == 1
            ? found[0][..^Words.Length]
            : throw new InvalidDataException(
                $"'{path}' must have one tensor '{Words}', with or without a prefix such as 'bert.', but has {found.Length}: "
                + "it is no checkpoint of a BERT encoder.");
    }
}
