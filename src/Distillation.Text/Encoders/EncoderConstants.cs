using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>Constants of ONNX graphs, for the modules of the encoder.</summary>
internal static class EncoderConstants
{
    /// <summary>Adds a list of integers, [K].</summary>
    public static OnnxValue Integers(OnnxGraph graph, params long[] values)
    {
        using Tensor tensor = torch.tensor(values);
        return graph.Constant(tensor);
    }

    /// <summary>Adds 0 or 1 without a dimension, as <c>Range</c> needs it.</summary>
    public static OnnxValue Scalar(OnnxGraph graph, bool one)
    {
        using Tensor tensor = one ? torch.ones([], torch.ScalarType.Int64) : torch.zeros([], torch.ScalarType.Int64);
        return graph.Constant(tensor);
    }

    /// <summary>Adds one number, [1].</summary>
    public static OnnxValue Number(OnnxGraph graph, float value)
    {
        using Tensor tensor = torch.tensor([value]);
        return graph.Constant(tensor);
    }
}
