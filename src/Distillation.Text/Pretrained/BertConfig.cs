using System.Globalization;
using System.Text.Json;
using Distillation.Serialization;

namespace Distillation.Text;

/// <summary>The file <c>config.json</c> beside the weights of a BERT model.</summary>
internal static class BertConfig
{
    public const string FileName = "config.json";

    public static string Beside(string path) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, FileName);

    /// <summary>Reads the sizes of an encoder.</summary>
    /// <exception cref="InvalidDataException">The file is not in the format, or describes a model that <see cref="TransformerTextEncoder"/> is not.</exception>
    public static TransformerEncoderOptions Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Options(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{path}' does not describe a BERT encoder: {exception.Message}", exception);
        }
    }

    public static void Write(string path, TransformerEncoderOptions options)
    {
        AtomicFile.ReplaceJson(path, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue("BertModel");
            json.WriteEndArray();
            json.WriteNumber("attention_probs_dropout_prob", options.Dropout);
            json.WriteString("hidden_act", "gelu");
            json.WriteNumber("hidden_dropout_prob", options.Dropout);
            json.WriteNumber("hidden_size", options.HiddenSize);
            json.WriteNumber("intermediate_size", options.FeedForwardSize);
            json.WriteNumber("layer_norm_eps", options.LayerNormEpsilon);
            json.WriteNumber("max_position_embeddings", options.MaxTokens);
            json.WriteString("model_type", "bert");
            json.WriteNumber("num_attention_heads", options.Heads);
            json.WriteNumber("num_hidden_layers", options.Layers);
            json.WriteNumber("pad_token_id", options.PadId);
            json.WriteString("position_embedding_type", "absolute");
            json.WriteNumber("type_vocab_size", options.TokenTypes);
            json.WriteNumber("vocab_size", options.VocabularySize);
            json.WriteEndObject();
        });
    }

    private static TransformerEncoderOptions Options(JsonElement config)
    {
        RequireText(config, "model_type", "bert");
        RequireText(config, "hidden_act", "gelu");
        RequireText(config, "position_embedding_type", "absolute");
        return new TransformerEncoderOptions
        {
            VocabularySize = Integer(config, "vocab_size"),
            Layers = Integer(config, "num_hidden_layers"),
            HiddenSize = Integer(config, "hidden_size"),
            Heads = Integer(config, "num_attention_heads"),
            FeedForwardSize = Integer(config, "intermediate_size"),
            MaxTokens = Integer(config, "max_position_embeddings"),
            TokenTypes = Integer(config, "type_vocab_size", 2),
            PadId = Integer(config, "pad_token_id", 0),
            Dropout = Number(config, "hidden_dropout_prob", 0.1),
            LayerNormEpsilon = Number(config, "layer_norm_eps", 1e-12),
        };
    }

    private static void RequireText(JsonElement config, string name, string expected)
    {
        if (config.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null && value.GetString() != expected)
        {
            throw new FormatException($"'{name}' must be '{expected}', but is '{value}'.");
        }
    }

    private static int Integer(JsonElement config, string name, int? missing = null) => Find(config, name) is not { } value
        ? missing ?? throw new FormatException($"it must have '{name}', but does not.")
        : value.TryGetInt32(out int number) ? number : throw new FormatException($"'{name}' must be an integer, but is {value}.");

    private static double Number(JsonElement config, string name, double missing) => Find(config, name) is { } value ? value.GetDouble() : missing;

    private static JsonElement? Find(JsonElement config, string name) =>
        !config.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null
            ? null
            : value.ValueKind == JsonValueKind.Number
                ? value
                : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a number, but is '{value}'."));
}
