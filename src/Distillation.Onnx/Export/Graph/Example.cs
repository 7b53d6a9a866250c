using Distillation.Onnx.Format;

namespace Distillation.Onnx;

/// <summary>A random input, and what the module makes of it.</summary>
internal sealed record Example(Tensor Input, Tensor Output)
{
    public ValueInfoProto Describe(string name, string batch) => Describe(Input, name, batch);

    public ValueInfoProto DescribeOutput(string name, string batch) => Describe(Output, name, batch);

    private static ValueInfoProto Describe(Tensor tensor, string name, string batch)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = batch } } };
        shape.Dim.AddRange(tensor.shape.Skip(1).Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        int type = (int)(tensor.dtype == torch.ScalarType.Int64 ? TensorProto.Types.DataType.Int64 : TensorProto.Types.DataType.Float);
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }
}
