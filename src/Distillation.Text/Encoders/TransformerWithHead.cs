using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>Provides the base class of a Transformer encoder with dropout and a linear map behind its vectors.</summary>
/// <remarks>
/// The parts are <c>encoder</c>, <c>dropout</c> and <c>output</c>. A file for ONNX Runtime that takes texts of any length:
/// <c>OnnxExport.Write(network, path, [16], new() { Indices = vocabularySize, SequenceName = "tokens" })</c>.
/// </remarks>
public abstract class TransformerWithHead : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Dropout _dropout;
    private readonly Linear _output;

    private protected TransformerWithHead(string name, TransformerTextEncoder encoder, int classes)
        : base(name)
    {
        Encoder = Require.Present(encoder);
        _dropout = Dropout(encoder.Options.Dropout);
        _output = Linear(encoder.Options.HiddenSize, Require.Positive(classes));
        InitialWeights.Draw(_output);
        register_module("encoder", Encoder);
        register_module("dropout", _dropout);
        register_module("output", _output);
        _output.to(encoder.parameters().First().device);
    }

    /// <summary>Gets the encoder.</summary>
    public TransformerTextEncoder Encoder { get; }

    /// <summary>Computes the logits.</summary>
    /// <param name="input">Token ids [N, T] int64, as for <see cref="TransformerTextEncoder.forward"/>.</param>
    /// <returns>The logits: [N, C] of texts, [N, T, C] of tokens. Those of tokens that are padding have no meaning.</returns>
    /// <exception cref="ArgumentException">The ids are of another shape or data type.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        return _output.call(_dropout.call(Vectors(input))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        return graph.Call(_output, graph.Call(_dropout, ExportVectors(graph, input)));
    }

    private protected abstract Tensor Vectors(Tensor input);

    private protected abstract OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input);

    /// <inheritdoc/>
    /// <remarks>The parts are registered by name; TorchSharp would register the fields once more, under the names of the fields.</remarks>
    protected override void RegisterComponents()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Encoder.Dispose();
            _dropout.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }
}
