using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>A Transformer encoder with dropout and a linear map behind each token: token ids [N, T] int64 to logits [N, T, C].</summary>
/// <remarks>
/// The vectors are <see cref="TransformerTextEncoder.HiddenStates"/>. The parts are <c>encoder</c>, <c>dropout</c> and <c>output</c>. A file for ONNX Runtime
/// that takes texts of any length: <c>OnnxExport.Write(tagger, path, [16], new() { Indices = vocabularySize, SequenceName = "tokens" })</c>.
/// </remarks>
public sealed class TransformerTagger : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Dropout _dropout;
    private readonly Linear _output;

    /// <summary>Creates a tagger with random weights.</summary>
    /// <param name="options">The sizes of the encoder.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public TransformerTagger(TransformerEncoderOptions options, int classes)
        : this(classes: Require.Positive(classes), encoder: new TransformerTextEncoder(options))
    {
    }

    /// <summary>Creates a tagger from an encoder, such as a pretrained one, and a head with random weights.</summary>
    /// <param name="encoder">The encoder; it is a part of the tagger from then on, and is disposed with it.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    public TransformerTagger(TransformerTextEncoder encoder, int classes)
        : base(nameof(TransformerTagger))
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

    /// <summary>Computes the logits of tokens.</summary>
    /// <param name="input">Token ids [N, T] int64, as for <see cref="TransformerTextEncoder.forward"/>.</param>
    /// <returns>The logits, [N, T, C]. Those at padding have no meaning.</returns>
    /// <exception cref="ArgumentException">The ids are of another shape or data type.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        return _output.call(_dropout.call(Encoder.HiddenStates(input))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        return graph.Call(_output, graph.Call(_dropout, Encoder.ExportHiddenStates(graph, input)));
    }

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
