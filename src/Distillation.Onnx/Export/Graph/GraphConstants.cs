using Distillation.Onnx.Format;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Distillation.Onnx;

/// <summary>
/// The constants of a graph. The same values are there once, however many layers have them: those of a layer that is called twice, or tied weights.
/// </summary>
internal sealed class GraphConstants(RepeatedField<TensorProto> written)
{
    // A protobuf message ends at 2 GiB; the rest is left for operators and names.
    private const long LargestSize = int.MaxValue - (64L << 20);

    private readonly Dictionary<(TensorProto.Types.DataType Type, string Shape, ByteString Bytes), string> _names = [];
    private long _size;

    /// <returns>The name: a new one, or that under which the values are there already.</returns>
    public string Add(Func<string> name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> bytes)
    {
        var raw = ByteString.CopyFrom(bytes);
        long[] sizes = shape.ToArray();
        (TensorProto.Types.DataType, string, ByteString) key = (type, string.Join(',', sizes), raw);
        if (_names.TryGetValue(key, out string? known))
        {
            return known;
        }

        _size += raw.Length;
        if (_size > LargestSize)
        {
            throw new OnnxExportException("its weights and those before are too large for one ONNX file, which ends at 2 GB.");
        }

        var constant = new TensorProto { Name = name(), DataType = (int)type, Dims = { sizes }, RawData = raw };
        written.Add(constant);
        return _names[key] = constant.Name;
    }
}
