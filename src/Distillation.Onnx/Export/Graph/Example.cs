using Distillation.Onnx.Format;

namespace Distillation.Onnx;

/// <summary>A random input, and what the module makes of it.</summary>
internal sealed record Example(Tensor Input, Tensor Output)
{
    /// <summary>Describes the input of two examples.</summary>
    public static ValueInfoProto Describe(Example[] examples, GraphNames names) => Describe(names.Input, examples[0].Input, examples[1].Input, names);

    /// <summary>Describes the output of two examples.</summary>
    public static ValueInfoProto DescribeOutput(Example[] examples, GraphNames names) =>
        Describe(names.Output, examples[0].Output, examples[1].Output, names);

    // A size that differs between the examples follows their length; the first one is the batch.
    private static ValueInfoProto Describe(string name, Tensor tensor, Tensor other, GraphNames names)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = names.Batch } } };
        shape.Dim.AddRange(tensor.shape.Zip(other.shape).Skip(1).Select(sizes => names.Sequence is null || sizes.First == sizes.Second
            ? new TensorShapeProto.Types.Dimension { DimValue = sizes.First }
            : new TensorShapeProto.Types.Dimension { DimParam = names.Sequence }));
        int type = (int)(tensor.dtype == torch.ScalarType.Int64 ? TensorProto.Types.DataType.Int64 : TensorProto.Types.DataType.Float);
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }
}
