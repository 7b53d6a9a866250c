using System.Security.Cryptography;
using System.Text;
using Distillation.Serialization;

namespace Distillation.SmallData;

/// <summary>Pooled layers of a teacher in files, found by digests of all that determines them.</summary>
/// <param name="directory">Where the files are.</param>
/// <param name="source">What determines the values beside the layer and the inputs: the teacher, and how inputs are adapted.</param>
internal sealed class FeatureFiles(string directory, string source)
{
    private const string Name = "features";

    /// <summary>Returns the digest of a tensor of inputs.</summary>
    public static byte[] DigestOf(Tensor inputs)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{inputs.dtype} {Distillation.Shapes.Of(inputs)}"));
        using Tensor near = TensorBytes.Near(inputs);
        TensorBytes.InPieces(near, (bytes, _) => digest.AppendData(bytes));
        return digest.GetHashAndReset();
    }

    /// <summary>Reads the values of a layer, in the current dispose scope; <see langword="null"/> where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it.</exception>
    public Tensor? Read(LayerFeatures part, byte[] inputs)
    {
        string path = PathOf(part, inputs);
        return !File.Exists(path) ? null
            : DigestedFile.Read(path).Tensors.GetValueOrDefault(Name)
                ?? throw new InvalidDataException($"'{path}' does not hold features: there must be a tensor '{Name}'. Delete the file.");
    }

    public void Write(LayerFeatures part, byte[] inputs, Tensor values) =>
        DigestedFile.Write(PathOf(part, inputs), new Dictionary<string, Tensor> { [Name] = values }, new Dictionary<string, string> { ["layer"] = part.Name });

    private string PathOf(LayerFeatures part, byte[] inputs)
    {
        // Each text with its length in front: no two lists of texts run together.
        string key = string.Concat(new[] { source, part.Layer.Path, part.Pooling.ToString() }.Select(text => $"{text.Length}:{text}"));
        byte[] digest = SHA256.HashData([.. Encoding.UTF8.GetBytes(key), .. inputs]);
        return Path.Combine(directory, $"{Convert.ToHexStringLower(digest)}.safetensors");
    }
}
