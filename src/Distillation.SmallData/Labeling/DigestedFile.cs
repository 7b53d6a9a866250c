using System.Security.Cryptography;
using Distillation.Serialization;

namespace Distillation.SmallData;

/// <summary>A safetensors file that detects damage: the SHA-256 of all its tensors, in the ordinal order of their names, is in its metadata.</summary>
internal static class DigestedFile
{
    private const string Digest = "sha256";

    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in tensors.Keys.Order(StringComparer.Ordinal))
        {
            using Tensor near = TensorBytes.Near(tensors[name]);
            Add(digest, near);
        }

        Safetensors.Write(path, tensors, new Dictionary<string, string>(metadata) { [Digest] = End(digest) });
    }

    /// <summary>Reads a file whole; the tensors are in the current dispose scope.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, damaged, or was not written by this class.</exception>
    public static (Dictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tensors = new Dictionary<string, Tensor>();
        foreach (string name in file.Names.Order(StringComparer.Ordinal))
        {
            tensors[name] = file.Read(name);
            Add(digest, tensors[name]);
        }

        return file.Metadata.GetValueOrDefault(Digest) == End(digest)
            ? (tensors, file.Metadata)
            : throw new InvalidDataException(
                $"'{path}' is damaged, or not written by this library: its tensors are not those of the {Digest} in its metadata.");
    }

    private static void Add(IncrementalHash digest, Tensor tensor) => TensorBytes.InPieces(tensor, (bytes, _) => digest.AppendData(bytes));

    private static string End(IncrementalHash digest) => Convert.ToHexStringLower(digest.GetHashAndReset());
}
