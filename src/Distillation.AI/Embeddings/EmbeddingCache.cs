using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Distillation.AI;

/// <summary>Keeps embeddings in a file, so that no text is paid for twice.</summary>
/// <remarks>
/// <para>
/// An embedding is known by the SHA-256 digest of model and text; the file has no texts. It only grows, by whole records with a checksum each: what a killed
/// process has left half-written at its end is cut off when it is opened next. Damage elsewhere is refused.
/// </para>
/// <para>One process has the file open at a time. An instance may be used by several threads at a time.</para>
/// </remarks>
public sealed class EmbeddingCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private readonly ConcurrentDictionary<string, EmbeddingRecord.Place> _places = new(StringComparer.Ordinal);
    private long _end;

    private EmbeddingCache(SafeFileHandle file) => _file = file;

    /// <summary>Gets the number of embeddings.</summary>
    public int Count => _places.Count;

    /// <summary>Opens a file, or creates it; a missing directory is created too.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The cache; the caller disposes it.</returns>
    /// <exception cref="IOException">The file is open already, in this process or another.</exception>
    /// <exception cref="InvalidDataException">The file is no cache of embeddings, or is damaged before its end; it stays as it is.</exception>
    public static EmbeddingCache Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Require.Text(path)))!);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess);
        try
        {
            var cache = new EmbeddingCache(file);
            cache._end = EmbeddingRecord.ReadAll(file, path, (key, place) => cache._places.TryAdd(key, place));
            return cache;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds the embedding of a text.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="text">The text.</param>
    /// <returns>A copy of the embedding, or <see langword="null"/> where there is none.</returns>
    public float[]? Find(string model, string text) =>
        _places.TryGetValue(KeyOf(model, text), out EmbeddingRecord.Place place) ? EmbeddingRecord.Read(_file, place) : null;

    /// <summary>Adds the embedding of a text; where there is one already, that one stays.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="text">The text.</param>
    /// <param name="embedding">The embedding: 1 to 65 536 finite numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has another length, or a number is not finite.</exception>
    public void Add(string model, string text, ReadOnlySpan<float> embedding)
    {
        string key = KeyOf(model, text);
        Require.InRange(embedding.Length, 1, EmbeddingRecord.MaxDimension, nameof(embedding));
        foreach (float number in embedding)
        {
            Require.Finite(number, nameof(embedding));
        }

        byte[] record = EmbeddingRecord.Of(key, embedding);
        lock (_lock)
        {
            if (_places.ContainsKey(key))
            {
                return;
            }

            // The end moves after a whole record alone: the next one overwrites what a failed write has left.
            RandomAccess.Write(_file, record, _end);
            _places[key] = new(_end, embedding.Length);
            _end += record.Length;
        }
    }

    /// <summary>Writes what the system has buffered to the disk, and closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_file.IsClosed)
            {
                RandomAccess.FlushToDisk(_file);
                _file.Dispose();
            }
        }
    }

    // The digest of the model has a fixed length: model and text cannot be mistaken for each other.
    private static string KeyOf(string model, string text) => Convert.ToHexStringLower(SHA256.HashData(
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(Require.Text(model))), .. Encoding.UTF8.GetBytes(Require.Present(text))]));
}
