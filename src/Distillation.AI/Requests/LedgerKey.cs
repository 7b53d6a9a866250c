using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>SHA-256 digests by which a ledger finds answers again.</summary>
internal static class LedgerKey
{
    /// <summary>Returns the digest of a text in UTF-8 as lowercase hexadecimal digits.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Returns the key of a request: the model, the settings that change answers, the prompt, the text and the number of the sample. Each part has its length
    /// in front, so that no two lists of parts have the same bytes.
    /// </summary>
    public static string Of(string model, ChatOptions options, IEnumerable<ChatMessage> messages, string text, int sample, string variant)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string? part in Settings(options).Prepend(model).Append(variant).Append(text).Append(Invariant(sample)))
        {
            Append(hash, part);
        }

        foreach (ChatMessage message in messages)
        {
            Append(hash, message.Role.Value);
            Append(hash, message.Text);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string?> Settings(ChatOptions options)
    {
        var format = options.ResponseFormat as ChatResponseFormatJson;
        return
        [
            Invariant(options.Temperature), Invariant(options.TopP), Invariant(options.TopK), Invariant(options.MaxOutputTokens),
            Invariant(options.FrequencyPenalty), Invariant(options.PresencePenalty), Invariant(options.Seed),
            options.Reasoning?.Effort?.ToString(), options.Instructions, options.ResponseFormat?.GetType().Name,
            format?.SchemaName, format?.SchemaDescription, format?.Schema?.GetRawText(), Invariant(options.StopSequences?.Count),
            .. options.StopSequences ?? [],
        ];
    }

    private static string? Invariant(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);

    private static void Append(IncrementalHash hash, string? part)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(part ?? "");
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
