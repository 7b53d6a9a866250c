using Google.Protobuf;

namespace Distillation.Text.Tests.Pretrained;

/// <summary>The weights of a BERT model in an ONNX file that PyTorch has exported, by the names of Hugging Face.</summary>
/// <remarks>
/// The exporter keeps the names of weights, but for those of linear maps: W becomes a constant Wᵀ without a name, in a <c>MatMul</c> whose product is added to
/// the bias. The name of the bias gives that of W.
/// </remarks>
internal static class BertOnnxWeights
{
    // Fields of ModelProto, GraphProto, NodeProto and TensorProto.
    private const int Graph = 7;
    private const int Node = 1;
    private const int Initializer = 5;
    private const int FloatType = 1;

    /// <summary>Reads the weights of the encoder and the pooler, in the current dispose scope.</summary>
    public static Dictionary<string, Tensor> Read(byte[] model)
    {
        CodedInputStream graph = Messages(new CodedInputStream(model)).Single(field => field.Number == Graph).Bytes.CreateCodedInput();
        ILookup<int, ByteString> fields = Messages(graph).ToLookup(field => field.Number, field => field.Bytes);
        Dictionary<string, Tensor> constants = fields[Initializer].Select(Constant).Where(one => one.Values is not null)
            .ToDictionary(one => one.Name, one => one.Values!);
        Dictionary<string, (string Operation, string[] Inputs)> makers = fields[Node].Select(Operator)
            .ToDictionary(one => one.Output, one => (one.Operation, one.Inputs));
        Dictionary<string, Tensor> named = constants.Where(one => one.Key.Contains('.')).ToDictionary();
        foreach ((string operation, string[] inputs) in makers.Values)
        {
            string? bias = inputs.FirstOrDefault(input => input.EndsWith(".bias", StringComparison.Ordinal));
            string? product = inputs.FirstOrDefault(input => makers.TryGetValue(input, out (string Operation, string[]) maker) && maker.Operation == "MatMul");
            if (operation == "Add" && bias is not null && product is not null)
            {
                named[$"{bias[..^".bias".Length]}.weight"] = constants[makers[product].Inputs[1]].t().contiguous();
            }
        }

        return named;
    }

    private static (string Output, string Operation, string[] Inputs) Operator(ByteString node)
    {
        ILookup<int, ByteString> fields = Messages(node.CreateCodedInput()).ToLookup(field => field.Number, field => field.Bytes);
        return (fields[2].First().ToStringUtf8(), fields[4].Single().ToStringUtf8(), [.. fields[1].Select(input => input.ToStringUtf8())]);
    }

    private static (string Name, Tensor? Values) Constant(ByteString tensor)
    {
        (List<long> shape, string name, int type, ByteString raw) = ([], "", 0, ByteString.Empty);
        CodedInputStream stream = tensor.CreateCodedInput();
        for (uint tag = stream.ReadTag(); tag != 0; tag = stream.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    shape.Add(stream.ReadInt64());
                    break;
                case 2:
                    type = stream.ReadInt32();
                    break;
                case 8:
                    name = stream.ReadString();
                    break;
                case 9:
                    raw = stream.ReadBytes();
                    break;
                default:
                    stream.SkipLastField();
                    break;
            }
        }

        return (name, type == FloatType ? torch.tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(raw.Span).ToArray(), [.. shape]) : null);
    }

    // The fields of a message that are messages, texts or bytes themselves.
    private static IEnumerable<(int Number, ByteString Bytes)> Messages(CodedInputStream stream)
    {
        for (uint tag = stream.ReadTag(); tag != 0; tag = stream.ReadTag())
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                yield return (WireFormat.GetTagFieldNumber(tag), stream.ReadBytes());
            }
            else
            {
                stream.SkipLastField();
            }
        }
    }
}
