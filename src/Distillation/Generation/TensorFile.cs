using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distillation.Generation;

/// <summary>Named tensors in a file of the safetensors format: the length of a header, the header in JSON, the bytes of the tensors. It holds no code.</summary>
/// <remarks>A file is written aside and moved, so that it is whole or not there; a digest of the tensors in the header tells damage. It is read and written whole, and not larger than 2 GB.</remarks>
internal static class TensorFile
{
    private const string Metadata = "__metadata__";
    private const string Digest = "sha256";

    private static readonly Dictionary<string, torch.ScalarType> Types = new()
    {
        ["F64"] = torch.ScalarType.Float64,
        ["F32"] = torch.ScalarType.Float32,
        ["F16"] = torch.ScalarType.Float16,
        ["BF16"] = torch.ScalarType.BFloat16,
        ["I64"] = torch.ScalarType.Int64,
        ["I32"] = torch.ScalarType.Int32,
        ["I16"] = torch.ScalarType.Int16,
        ["I8"] = torch.ScalarType.Int8,
        ["U8"] = torch.ScalarType.Byte,
        ["BOOL"] = torch.ScalarType.Bool,
    };

    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IEnumerable<(string Key, string Value)> metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var header = new JsonObject();
        using var values = new MemoryStream();
        foreach ((string name, Tensor tensor) in tensors)
        {
            long start = values.Length;
            values.Write(tensor.detach().cpu().contiguous().bytes);
            header[name] = new JsonObject
            {
                ["dtype"] = Types.First(type => type.Value == tensor.dtype).Key,
                ["shape"] = new JsonArray([.. tensor.shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(start, values.Length),
            };
        }

        ReadOnlySpan<byte> bytes = values.GetBuffer().AsSpan(0, (int)values.Length);
        var beside = new JsonObject { [Digest] = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        foreach ((string key, string value) in metadata)
        {
            beside[key] = value;
        }

        header[Metadata] = beside;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        string draft = $"{path}.{Guid.NewGuid():N}.draft";
        try
        {
            using (FileStream stream = File.Create(draft))
            {
                stream.Write(length);
                stream.Write(json);
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Reads a file whole; the tensors are in the current dispose scope.</summary>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] file = File.ReadAllBytes(path);
        long length = file.Length < 8 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length < 2 || length > file.Length - 8)
        {
            throw new InvalidDataException($"'{path}' is no file of tensors, or truncated: a header of {length} bytes does not fit in its {file.Length} bytes.");
        }

        try
        {
            JsonObject header = JsonNode.Parse(file.AsSpan(8, (int)length))!.AsObject();
            var metadata = header[Metadata]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());
            ReadOnlySpan<byte> values = file.AsSpan(8 + (int)length);
            if (metadata[Digest] != Convert.ToHexStringLower(SHA256.HashData(values)))
            {
                throw new InvalidDataException($"'{path}' is truncated or damaged: its {values.Length} bytes of tensors are not those that were written.");
            }

            var tensors = new Dictionary<string, Tensor>();
            foreach ((string name, JsonNode? node) in header.Where(pair => pair.Key != Metadata))
            {
                tensors[name] = TensorOf(path, name, node!.AsObject(), values);
            }

            return (tensors, metadata);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or NullReferenceException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{path}' is no file of tensors: {exception.Message}", exception);
        }
    }

    private static Tensor TensorOf(string path, string name, JsonObject entry, ReadOnlySpan<byte> values)
    {
        torch.ScalarType type = Types[entry["dtype"]!.GetValue<string>()];
        long[] shape = [.. entry["shape"]!.AsArray().Select(size => size!.GetValue<long>())];
        (long start, long end) = (entry["data_offsets"]![0]!.GetValue<long>(), entry["data_offsets"]![1]!.GetValue<long>());
        Int128 wanted = shape.Aggregate((Int128)type.ElementSize(), (product, size) => checked(product * size));
        if (shape.Any(size => size < 0) || start < 0 || end > values.Length || end - start != wanted)
        {
            throw new InvalidDataException($"'{path}' says that '{name}' is [{string.Join(", ", shape)}] {type} in bytes {start} to {end} of {values.Length}, which does not fit.");
        }

        Tensor tensor = torch.empty(shape, type);
        if (end > start)
        {
            tensor.bytes = values[(int)start..(int)end].ToArray();
        }

        return tensor;
    }
}
