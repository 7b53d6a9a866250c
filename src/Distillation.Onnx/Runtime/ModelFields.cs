using System.Text;
using Google.Protobuf;

namespace Distillation.Onnx;

/// <summary>Fields of a model's file, read and written where they stand: the weights, which are most of it, are stepped over.</summary>
/// <remarks>The numbers are those of onnx.proto3.</remarks>
internal static class ModelFields
{
    /// <summary>The field of a model in which its graph is.</summary>
    public const int ModelGraph = 7;

    private const int Deepest = 100;
    private const int GraphOutput = 12;
    private const int Name = 1;
    private const int EntryValue = 2;

    // Which field of which message is a message that leads to files with weights.
    private static readonly Dictionary<(Kind Message, int Field), Kind> Inside = new()
    {
        [(Kind.Model, ModelGraph)] = Kind.Graph,
        [(Kind.Model, 25)] = Kind.Function,
        [(Kind.Function, 7)] = Kind.Node,
        [(Kind.Graph, 1)] = Kind.Node,
        [(Kind.Graph, 5)] = Kind.Tensor,
        [(Kind.Node, 5)] = Kind.Attribute,
        [(Kind.Attribute, 5)] = Kind.Tensor,
        [(Kind.Attribute, 6)] = Kind.Graph,
        [(Kind.Attribute, 10)] = Kind.Tensor,
        [(Kind.Attribute, 11)] = Kind.Graph,
        [(Kind.Tensor, 13)] = Kind.Entry,
    };

    private enum Kind
    {
        Model,
        Function,
        Graph,
        Node,
        Attribute,
        Tensor,
        Entry,
    }

    /// <summary>The names of the files beside a model in which it has weights, each once, in order of appearance.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static string[] WeightFiles(byte[] model)
    {
        var files = new List<string>();
        Visit(model, Kind.Model, 0, files);
        return [.. files.Distinct()];
    }

    /// <summary>
    /// A model with values of its graph as outputs, where they are none yet: of messages that follow each other protobuf makes one, with the lists of both.
    /// </summary>
    public static byte[] WithOutputs(byte[] model, IEnumerable<Feature> values)
    {
        HashSet<string> outputs = [.. Inner(model, ModelGraph).SelectMany(graph => Inner(graph, GraphOutput)).SelectMany(output => Inner(output, Name))
            .Select(name => Encoding.UTF8.GetString(name))];
        return [.. model, .. values.Where(value => !outputs.Contains(value.Path))
            .SelectMany(value => Field(ModelGraph, Field(GraphOutput, Field(Name, Encoding.UTF8.GetBytes(value.Path)))))];
    }

    /// <summary>The contents of one field, which may be there often.</summary>
    public static IEnumerable<ArraySegment<byte>> Inner(ArraySegment<byte> message, int field) =>
        Fields(message).Where(one => one.Field == field).Select(one => one.Content);

    /// <summary>The fields with contents of their own: texts, bytes and messages.</summary>
    public static IEnumerable<(int Field, ArraySegment<byte> Content)> Fields(ArraySegment<byte> message)
    {
        byte[] bytes = message.Array ?? [];
        using var reader = new CodedInputStream(bytes, message.Offset, message.Count);
        while (reader.ReadTag() is var tag and not 0)
        {
            int start = (int)reader.Position;
            reader.SkipLastField();
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                int end = (int)reader.Position;
                using var prefix = new CodedInputStream(bytes, start, end - start);
                int length = prefix.ReadLength();
                yield return (WireFormat.GetTagFieldNumber(tag), new(bytes, end - length, length));
            }
        }
    }

    private static void Visit(ArraySegment<byte> message, Kind kind, int depth, List<string> files)
    {
        if (depth > Deepest)
        {
            throw new InvalidDataException($"The model has graphs within graphs more than {Deepest} messages deep.");
        }

        List<(int Field, ArraySegment<byte> Content)> fields = [.. Fields(message)];
        if (kind == Kind.Entry && fields.Any(one => one.Field == Name && one.Content.AsSpan().SequenceEqual("location"u8)))
        {
            files.AddRange(fields.Where(one => one.Field == EntryValue).Select(one => Encoding.UTF8.GetString(one.Content)));
        }

        foreach ((int field, ArraySegment<byte> content) in fields)
        {
            if (Inside.TryGetValue((kind, field), out Kind inner))
            {
                Visit(content, inner, depth + 1, files);
            }
        }
    }

    private static byte[] Field(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var writer = new CodedOutputStream(stream, leaveOpen: true))
        {
            writer.WriteTag(number, WireFormat.WireType.LengthDelimited);
            writer.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
