using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>
/// A layer of BERT, [N, T, H] to [N, T, H]: the attention and two linear maps with a GELU between them. Each part adds to its input, and the sum is normalized.
/// </summary>
internal sealed class TransformerLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly SelfAttention _attention;
    private readonly Dropout _attentionDropout;
    private readonly LayerNorm _attentionNorm;
    private readonly Linear _intermediate;
    private readonly GELU _activation;
    private readonly Linear _output;
    private readonly Dropout _outputDropout;
    private readonly LayerNorm _outputNorm;

    public TransformerLayer(TransformerEncoderOptions options)
        : base(nameof(TransformerLayer))
    {
        _attention = new SelfAttention(options);
        _attentionDropout = Dropout(options.Dropout);
        _attentionNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _intermediate = Linear(options.HiddenSize, options.FeedForwardSize);
        _activation = GELU();
        _output = Linear(options.FeedForwardSize, options.HiddenSize);
        _outputDropout = Dropout(options.Dropout);
        _outputNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        register_module("attention", _attention);
        register_module("attention_dropout", _attentionDropout);
        register_module("attention_norm", _attentionNorm);
        register_module("intermediate", _intermediate);
        register_module("activation", _activation);
        register_module("output", _output);
        register_module("output_dropout", _outputDropout);
        register_module("output_norm", _outputNorm);
    }

    /// <summary>Computes the layer for states [N, T, H], with padding [N, T] of booleans.</summary>
    public override Tensor forward(Tensor states, Tensor padding)
    {
        using var scope = torch.NewDisposeScope();
        using Scalar one = 1.ToScalar();
        Tensor attended = _attentionNorm.call(_attentionDropout.call(_attention.call(states, padding)).add(states, one));
        Tensor mapped = _output.call(_activation.call(_intermediate.call(attended)));
        return _outputNorm.call(_outputDropout.call(mapped).add(attended, one)).MoveToOuterDisposeScope();
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue states, OnnxValue padding)
    {
        OnnxValue attended = graph.Call(
            _attentionNorm, graph.Apply("Add", [graph.Call(_attentionDropout, _attention.Export(graph, states, padding)), states]));
        OnnxValue mapped = graph.Call(_output, graph.Call(_activation, graph.Call(_intermediate, attended)));
        return graph.Call(_outputNorm, graph.Apply("Add", [graph.Call(_outputDropout, mapped), attended]));
    }

    // The parts are registered by name; TorchSharp would register the fields once more, under the names of the fields.
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _attention.Dispose();
            _attentionDropout.Dispose();
            _attentionNorm.Dispose();
            _intermediate.Dispose();
            _activation.Dispose();
            _output.Dispose();
            _outputDropout.Dispose();
            _outputNorm.Dispose();
        }

        base.Dispose(disposing);
    }
}
