using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Distillation.Text;

/// <summary>Reads <c>tokenizer.json</c>, the form of Hugging Face's tokenizers, into the older files of a vocabulary.</summary>
internal static class TokenizerJson
{
    public static (VocabularyForm Form, ImmutableArray<byte[]> Files, bool LowerCase) Read(string path)
    {
        using JsonDocument document = TextJson.Read(path);
        try
        {
            JsonElement model = document.RootElement.GetProperty("model");
            return TypeOf(model) switch
            {
                "WordPiece" => WordPiece(document.RootElement, model),
                "BPE" => ByteLevelBpe(document.RootElement, model),
                string other => throw new NotSupportedException($"{path} holds a model of type '{other}': WordPiece and byte-level BPE can be read."),
                null => throw new InvalidDataException($"{path} names no type of model."),
            };
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} does not describe a tokenizer: {wrong.Message}", wrong);
        }
    }

    private static (VocabularyForm Form, ImmutableArray<byte[]> Files, bool LowerCase) WordPiece(JsonElement root, JsonElement model)
    {
        JsonElement normalizer = root.GetProperty("normalizer");
        if (TypeOf(normalizer) != "BertNormalizer")
        {
            throw new NotSupportedException($"WordPiece is read with the normalizer BertNormalizer, but the file has {TypeOf(normalizer) ?? "none"}.");
        }

        bool lowerCase = normalizer.GetProperty("lowercase").GetBoolean();
        bool strips = normalizer.TryGetProperty("strip_accents", out JsonElement accents) && accents.ValueKind != JsonValueKind.Null
            ? accents.GetBoolean()
            : lowerCase;
        if (strips != lowerCase)
        {
            throw new NotSupportedException($"The file has strip_accents {strips} beside lowercase {lowerCase}: only both or neither can be read.");
        }

        string[] tokens = InOrder(model.GetProperty("vocab"));
        return (VocabularyForm.WordPiece, [Encoding.UTF8.GetBytes(string.Join('\n', tokens) + "\n")], lowerCase);
    }

    private static (VocabularyForm Form, ImmutableArray<byte[]> Files, bool LowerCase) ByteLevelBpe(JsonElement root, JsonElement model)
    {
        JsonElement split = root.GetProperty("pre_tokenizer");
        if (TypeOf(split) != "ByteLevel" || split.GetProperty("add_prefix_space").GetBoolean())
        {
            throw new NotSupportedException(
                $"BPE is read with the pre-tokenizer ByteLevel without add_prefix_space, but the file has {TypeOf(split) ?? "none"}.");
        }

        if (root.TryGetProperty("normalizer", out JsonElement normalizer) && normalizer.ValueKind != JsonValueKind.Null)
        {
            throw new NotSupportedException($"BPE is read without a normalizer, but the file has {TypeOf(normalizer)}.");
        }

        var vocabulary = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(vocabulary))
        {
            model.GetProperty("vocab").WriteTo(writer);
        }

        var merges = new StringBuilder("#version: 0.2\n");
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            merges.Append(merge.ValueKind == JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString()).Append('\n');
        }

        return (VocabularyForm.ByteLevelBpe, [vocabulary.WrittenSpan.ToArray(), Encoding.UTF8.GetBytes(merges.ToString())], false);
    }

    private static string[] InOrder(JsonElement vocabulary)
    {
        (string Token, int Id)[] tokens = [.. vocabulary.EnumerateObject().Select(token => (token.Name, token.Value.GetInt32())).OrderBy(token => token.Item2)];
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id].Id != id)
            {
                throw new NotSupportedException($"The ids of the vocabulary must be 0, 1, 2, … without gaps, but in place of {id} is {tokens[id].Id}.");
            }
        }

        return [.. tokens.Select(token => token.Token)];
    }

    private static string? TypeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement type) ? type.GetString() : null;
}
