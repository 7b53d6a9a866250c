using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Distillation.Serialization;

/// <summary>Where tensors lie in a safetensors file: given to them in writing, checked in reading.</summary>
internal static class SafetensorsLayout
{
    /// <summary>The length of the header stands in front of it, in so many bytes.</summary>
    public const int LengthBytes = 8;

    /// <summary>The most that the format allows.</summary>
    public const int LongestHeader = 100_000_000;

    // The format is read by machines alone: nothing in it has to be safe inside a web page.
    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Half of a surrogate pair is refused: JSON would get another character instead, and two names could become one.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns each tensor its place: wider types first, so that all are aligned, then by name.</summary>
    /// <exception cref="ArgumentException">The format has no such type or name, or the tensor is longer than a file can be.</exception>
    public static TensorInfo[] Place(IEnumerable<(string Name, torch.ScalarType Type, long[] Shape)> tensors)
    {
        long at = 0;
        return [.. tensors.Select(tensor => (tensor, Type: TypeOf(tensor.Name, tensor.Type))).OrderBy(one => one.Type.Place)
            .ThenBy(one => one.tensor.Name, StringComparer.Ordinal).Select(one =>
        {
            long begin = at;
            at += Length(one.tensor.Shape, one.tensor.Type.ElementSize())
                ?? throw new ArgumentException(
                    $"'{one.tensor.Name}' [{string.Join(", ", one.tensor.Shape)}] has more bytes than a file can have.", nameof(tensors));
            return new TensorInfo(one.tensor.Name, one.Type.Name, one.tensor.Shape, begin, at);
        })];
    }

    /// <summary>The bytes in front of the tensors; their number is a multiple of eight.</summary>
    public static byte[] Header(TensorInfo[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        stream.Write(stackalloc byte[LengthBytes]);
        using (var json = new Utf8JsonWriter(stream, AsIs))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(HeaderParser.MetadataName);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(Strict.GetBytes(key), Strict.GetBytes(value));
                }

                json.WriteEndObject();
            }

            foreach (TensorInfo tensor in tensors)
            {
                json.WriteStartObject(Strict.GetBytes(tensor.Name));
                json.WriteString("dtype", tensor.Dtype);
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [tensor.Begin, tensor.End]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % LengthBytes != 0)
        {
            stream.WriteByte((byte)' ');
        }

        byte[] header = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - LengthBytes);
        return header;
    }

    /// <summary>Validates that the tensors, one behind the other, are what follows the header, and each as long as its shape.</summary>
    /// <returns>The tensors by place.</returns>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public static TensorInfo[] Check(IEnumerable<TensorInfo> tensors, long length, string path)
    {
        TensorInfo[] byPlace = [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        long at = 0;
        foreach (TensorInfo tensor in byPlace)
        {
            if (tensor.Begin != at || tensor.End < at || tensor.End > length)
            {
                throw new InvalidDataException(
                    $"'{path}' is damaged: '{tensor.Name}' must begin at byte {at} of the data, where the one before it ends, and end by byte {length}, "
                    + $"but is in bytes {tensor.Begin} to {tensor.End}.");
            }

            if (Length(tensor.Shape, tensor.ScalarType?.ElementSize() ?? 1) is not { } wanted
                || (tensor.ScalarType is not null && wanted != tensor.End - tensor.Begin))
            {
                throw new InvalidDataException(
                    $"'{path}' is damaged: '{tensor.Name}' {tensor} does not fit in the {tensor.End - tensor.Begin} bytes that it has.");
            }

            at = tensor.End;
        }

        return at == length
            ? byPlace
            : throw new InvalidDataException($"'{path}' is damaged: its tensors must fill the {length} bytes behind the header, but end at byte {at}.");
    }

    /// <summary>The bytes of a tensor; nothing where it is too much: also sizes beside a zero must not overflow when strides are made of them.</summary>
    public static long? Length(IReadOnlyList<long> shape, long elementSize)
    {
        Int128 length = elementSize;
        foreach (long size in shape)
        {
            length *= Math.Max(size, 1);
            if (length > long.MaxValue)
            {
                return null;
            }
        }

        return shape.Contains(0) ? 0 : (long)length;
    }

    private static (int Place, string Name) TypeOf(string name, torch.ScalarType type) =>
        name == HeaderParser.MetadataName
            ? throw new ArgumentException($"The format keeps the name '{name}' for metadata: give the tensor another one.", nameof(name))
            : TensorType.Find(type) ?? throw new ArgumentException($"'{name}' is {type}, but tensors in files must be {TensorType.Names}.", nameof(type));

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
