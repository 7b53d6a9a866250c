using Distillation.Onnx.Layers;

namespace Distillation.Onnx;

/// <summary>
/// How modules of one type are written as ONNX operators, for <see cref="OnnxExportOptions.Layers"/>:
/// what <see cref="IOnnxExportable"/> is to a class of one's own, for a class that cannot be changed.
/// </summary>
public sealed class OnnxLayer
{
    private OnnxLayer(LayerWriter writer) => Writer = writer;

    /// <summary>Gets the type of the modules. It stands for those that derive from it, too.</summary>
    public Type ModuleType => Writer.Layer;

    internal LayerWriter Writer { get; }

    /// <summary>Creates an entry for a type of modules.</summary>
    /// <remarks>
    /// <para>
    /// Inner layers are written with <see cref="OnnxGraph.Call(torch.nn.Module{Tensor, Tensor}, OnnxValue)"/>, all else with <see cref="OnnxGraph.Apply"/>.
    /// Layers and weights that a class hides are found with <c>named_children</c>, <c>named_parameters</c> and <c>named_buffers</c>.
    /// </para>
    /// <para>
    /// A call of the same module from within <paramref name="write"/> writes it by the entries before this one, or as it is written without any.
    /// So an entry can add to what is there.
    /// </para>
    /// </remarks>
    /// <typeparam name="TModule">The type of the modules, or one that they derive from.</typeparam>
    /// <param name="write">
    /// Does to a value of the graph what <c>forward</c> of the module does to a tensor, in evaluation mode.
    /// An <see cref="OnnxExportException"/> that it throws is reported with the path of the module.
    /// </param>
    /// <returns>The entry.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="write"/> is <see langword="null"/>.</exception>
    public static OnnxLayer For<TModule>(Func<OnnxGraph, TModule, OnnxValue, OnnxValue> write)
        where TModule : torch.nn.Module<Tensor, Tensor> => new(LayerWriter.For(Require.Present(write)));
}
