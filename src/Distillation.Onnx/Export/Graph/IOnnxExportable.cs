namespace Distillation.Onnx;

/// <summary>
/// A module that exports itself as ONNX operators. A module with a <c>forward</c> of its own needs it to be exported, or an
/// <see cref="OnnxLayer"/> where its class cannot be changed: the code of <c>forward</c> cannot be read.
/// </summary>
public interface IOnnxExportable
{
    /// <summary>Does to a value of the graph what <c>forward</c> does to a tensor, in evaluation mode.</summary>
    /// <remarks>
    /// Inner layers are written with <see cref="OnnxGraph.Call(torch.nn.Module{Tensor, Tensor}, OnnxValue)"/>, all else with <see cref="OnnxGraph.Apply"/>.
    /// </remarks>
    /// <param name="graph">The graph to add operators to.</param>
    /// <param name="input">The input of the module.</param>
    /// <returns>The output of the module.</returns>
    OnnxValue Export(OnnxGraph graph, OnnxValue input);
}
