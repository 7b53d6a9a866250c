using System.Text.Json;
using System.Text.Unicode;

namespace Distillation.Serialization;

/// <summary>
/// Reads the JSON of a safetensors header, and takes what the reference implementation of the format takes: metadata may be null, and an entry may have further
/// fields of any kind.
/// </summary>
/// <remarks>It keeps what the header names, and makes nothing of the sizes that the header claims.</remarks>
internal ref struct HeaderParser
{
    public const string MetadataName = "__metadata__";

    // The depth of further fields is that of the reference implementation; no network has tensors of more dimensions.
    private const int MostDepth = 127;
    private const int MostDimensions = 64;

    private readonly string _path;
    private Utf8JsonReader _json;

    private HeaderParser(ReadOnlySpan<byte> header, string path)
    {
        _path = path;
        _json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MostDepth });
    }

    /// <exception cref="InvalidDataException">The header is not in the format.</exception>
    public static (Dictionary<string, TensorInfo> Tensors, Dictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> header, string path)
    {
        if (!Utf8.IsValid(header))
        {
            throw new InvalidDataException($"'{path}' is no safetensors file: the header must be JSON in UTF-8.");
        }

        try
        {
            return new HeaderParser(header, path).Header();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"'{path}' is no safetensors file: the header must be JSON in UTF-8, at most {MostDepth} deep. {exception.Message}", exception);
        }
    }

    private (Dictionary<string, TensorInfo> Tensors, Dictionary<string, string> Metadata) Header()
    {
        var tensors = new Dictionary<string, TensorInfo>();
        Dictionary<string, string>? metadata = null;
        Expect(JsonTokenType.StartObject, "The header");
        while (Next() == JsonTokenType.PropertyName)
        {
            string name = _json.GetString()!;
            if (name == MetadataName && metadata is null)
            {
                metadata = Metadata();
            }
            else if (name == MetadataName || !tensors.TryAdd(name, Tensor(name)))
            {
                throw Wrong($"Every name must come once, but '{name}' comes twice.");
            }
        }

        Next(); // throws where something stands behind the header
        return (tensors, metadata ?? []);
    }

    private Dictionary<string, string> Metadata()
    {
        var metadata = new Dictionary<string, string>();
        if (Next() == JsonTokenType.Null)
        {
            return metadata;
        }

        Require(JsonTokenType.StartObject, MetadataName);
        while (Next() == JsonTokenType.PropertyName)
        {
            string key = _json.GetString()!;
            if (!metadata.TryAdd(key, Text($"'{key}' in {MetadataName}")))
            {
                throw Wrong($"Every name in {MetadataName} must come once, but '{key}' comes twice.");
            }
        }

        return metadata;
    }

    private TensorInfo Tensor(string name)
    {
        (string? dtype, long[]? shape, long[]? offsets) = (null, null, null);
        Expect(JsonTokenType.StartObject, $"'{name}'");
        while (Next() == JsonTokenType.PropertyName)
        {
            switch (_json.GetString())
            {
                case "dtype" when dtype is null:
                    dtype = Text($"dtype of '{name}'");
                    break;
                case "shape" when shape is null:
                    shape = Sizes($"shape of '{name}'", MostDimensions);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Sizes($"data_offsets of '{name}'", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Wrong($"'{name}' must have dtype, shape and data_offsets, each once, but has one of them twice.");
                default:
                    _json.Skip();
                    break;
            }
        }

        return dtype is not null && shape is not null && offsets is [long begin, long end]
            ? new TensorInfo(name, dtype, shape, begin, end)
            : throw Wrong($"'{name}' must have dtype, shape and two data_offsets, but has only a part of them.");
    }

    private string Text(string what)
    {
        Expect(JsonTokenType.String, what);
        return _json.GetString()!;
    }

    private long[] Sizes(string what, int most)
    {
        var sizes = new List<long>();
        Expect(JsonTokenType.StartArray, what);
        while (Next() == JsonTokenType.Number && _json.TryGetInt64(out long size) && size >= 0 && sizes.Count < most)
        {
            sizes.Add(size);
        }

        return _json.TokenType == JsonTokenType.EndArray ? [.. sizes] : throw Wrong($"{what} must be at most {most} whole numbers, zero or positive.");
    }

    private void Expect(JsonTokenType type, string what)
    {
        Next();
        Require(type, what);
    }

    private readonly void Require(JsonTokenType type, string what)
    {
        if (_json.TokenType != type)
        {
            throw Wrong(
                $"{what} must be a JSON {type switch { JsonTokenType.StartObject => "object", JsonTokenType.StartArray => "array", _ => "string" }}, "
                + $"but is {_json.TokenType}.");
        }
    }

    private JsonTokenType Next()
    {
        _json.Read();
        return _json.TokenType;
    }

    private readonly InvalidDataException Wrong(string what) => new($"'{_path}' is no safetensors file, or damaged: {what}");
}
