using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Distillation.AI;

/// <summary>Texts with their embeddings, [N, D]. Immutable.</summary>
public sealed class TextEmbeddings
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>Puts texts and embeddings together.</summary>
    /// <param name="texts">The texts, at least one; of a text that occurs twice, the first embedding is looked up.</param>
    /// <param name="rows">The embedding of each text, all of one length D, all finite; they must not be changed afterwards.</param>
    /// <exception cref="ArgumentException">There is no text, the lists differ in length, or the embeddings do.</exception>
    public TextEmbeddings(IReadOnlyList<string> texts, IReadOnlyList<float[]> rows)
    {
        Texts = [.. Require.Present(texts).Select(text => Require.Present(text, nameof(texts)))];
        Rows = [.. Require.Present(rows).Select(row => Require.Present(row, nameof(rows)))];
        if (Texts.Count == 0 || Texts.Count != Rows.Count)
        {
            throw new ArgumentException(
                $"There must be one embedding for each text, at least one, but there are {Rows.Count} and {Texts.Count}.", nameof(rows));
        }

        Dimension = Rows[0].Length;
        for (int place = 0; place < Texts.Count; place++)
        {
            if (Rows[place].Length != Dimension || Dimension == 0)
            {
                throw new ArgumentException(
                    $"All embeddings must have the {Dimension} numbers of the first, at least one, but that of text {place} has {Rows[place].Length}.",
                    nameof(rows));
            }

            if (!Array.TrueForAll(Rows[place], float.IsFinite))
            {
                throw new ArgumentException($"All embeddings must be finite, but that of text {place} is not.", nameof(rows));
            }

            _places.TryAdd(Texts[place], place);
        }
    }

    /// <summary>Gets the texts, N of them.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Gets the embedding of each text, of D numbers.</summary>
    public IReadOnlyList<float[]> Rows { get; }

    /// <summary>Gets the number of texts, N.</summary>
    public int Count => Texts.Count;

    /// <summary>Gets the number of dimensions, D.</summary>
    public int Dimension { get; }

    /// <summary>Returns whether there is an embedding of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> if there is.</returns>
    public bool Contains(string text) => _places.ContainsKey(Require.Present(text));

    /// <summary>Gets the embedding of a text.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ReadOnlyMemory<float> this[string text] =>
        _places.TryGetValue(Require.Present(text), out int place) ? Rows[place] : throw new KeyNotFoundException($"There is no embedding of '{Brief(text)}'.");

    /// <summary>Divides each embedding by its length, so that scalar products are cosine similarities; one of zeros stays as it is.</summary>
    /// <returns>The texts with embeddings of length 1.</returns>
    public TextEmbeddings Normalize() => new(Texts, [.. Rows.Select(Unit)]);

    /// <summary>Creates a tensor of the embeddings.</summary>
    /// <returns>[N, D] float32; the caller disposes it.</returns>
    public Tensor ToTensor() => ToTensor(Rows);

    /// <summary>Creates samples of the embeddings, for classifiers on embeddings such as kernel ridge regression or a linear layer.</summary>
    /// <param name="classIds">The class id of each text, from 0; samples without labels if not given.</param>
    /// <returns>Inputs [N, D] float32, and labels [N] int64; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There is not one class id for each text, or one is negative.</exception>
    public TensorData ToData(IReadOnlyList<long>? classIds = null) => TensorData.FromRows(Rows, classIds);

    /// <summary>Computes a digest of all texts and embeddings.</summary>
    /// <returns>SHA-256, as 64 hexadecimal digits.</returns>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int place = 0; place < Count; place++)
        {
            // The text's own digest has a fixed length: texts and numbers cannot be mistaken for each other.
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(Texts[place])));
            hash.AppendData(MemoryMarshal.AsBytes(Rows[place].AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the beginning of a text, for messages.</summary>
    internal static string Brief(string text) => text.Length <= 60 ? text : $"{text[..60]}…";

    /// <summary>Creates a tensor of rows of one length.</summary>
    internal static Tensor ToTensor(IReadOnlyList<float[]> rows)
    {
        float[] numbers = [.. rows.SelectMany(row => row)];
        return torch.tensor(numbers, [rows.Count, numbers.Length / rows.Count]);
    }

    private static float[] Unit(float[] row)
    {
        double length = Math.Sqrt(row.Sum(number => (double)number * number));
        return length == 0 ? row : [.. row.Select(number => (float)(number / length))];
    }
}
