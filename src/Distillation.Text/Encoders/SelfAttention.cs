using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>softmax(Q Kᵀ / √d) V of each head, [N, T, H] to [N, T, H] (Vaswani et al., 2017). Padding has no part in it.</summary>
/// <remarks>
/// Losses read <c>scores</c> and <c>probabilities</c>, [N, h, T, T], <c>query_heads</c>, <c>key_heads</c> and <c>value_heads</c>, [N, h, T, H / h], and
/// <c>query</c>, <c>key</c> and <c>value</c>, [N, T, H].
/// </remarks>
internal sealed class SelfAttention : Module<Tensor, Tensor, Tensor>
{
    // Far below every score, so that the softmax gives 0; finite, so that a text of padding alone has no NaN.
    private const float Masked = -1e9f;

    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly AttentionHeads _queryHeads;
    private readonly AttentionHeads _keyHeads;
    private readonly AttentionHeads _valueHeads;
    private readonly Identity _scores;
    private readonly Softmax _probabilities;
    private readonly Dropout _dropout;
    private readonly Linear _output;
    private readonly int _width;
    private readonly double _scale;

    public SelfAttention(TransformerEncoderOptions options)
        : base(nameof(SelfAttention))
    {
        _width = options.HiddenSize;
        _scale = 1 / Math.Sqrt((double)options.HiddenSize / options.Heads);
        _query = Linear(_width, _width);
        _key = Linear(_width, _width);
        _value = Linear(_width, _width);
        _queryHeads = new AttentionHeads(options.Heads, _width);
        _keyHeads = new AttentionHeads(options.Heads, _width);
        _valueHeads = new AttentionHeads(options.Heads, _width);
        _scores = Identity();
        _probabilities = Softmax(-1);
        _dropout = Dropout(options.Dropout);
        _output = Linear(_width, _width);
        register_module("query", _query);
        register_module("key", _key);
        register_module("value", _value);
        register_module("query_heads", _queryHeads);
        register_module("key_heads", _keyHeads);
        register_module("value_heads", _valueHeads);
        register_module("scores", _scores);
        register_module("probabilities", _probabilities);
        register_module("dropout", _dropout);
        register_module("output", _output);
    }

    /// <summary>Computes the attention of states [N, T, H], with padding [N, T] of booleans.</summary>
    public override Tensor forward(Tensor states, Tensor padding)
    {
        using var scope = torch.NewDisposeScope();
        Tensor queries = _queryHeads.call(_query.call(states));
        Tensor keys = _keyHeads.call(_key.call(states));
        Tensor values = _valueHeads.call(_value.call(states));
        using Scalar scale = _scale.ToScalar();
        using Scalar masked = Masked.ToScalar();
        Tensor scores = queries.mul(scale).matmul(keys.transpose(2, 3)).masked_fill(padding.unsqueeze(1).unsqueeze(1), masked);
        Tensor probabilities = _dropout.call(_probabilities.call(_scores.call(scores)));
        return _output.call(probabilities.matmul(values).transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue states, OnnxValue padding)
    {
        OnnxValue queries = graph.Call(_queryHeads, graph.Call(_query, states));
        OnnxValue keys = graph.Call(_keyHeads, graph.Call(_key, states));
        OnnxValue values = graph.Call(_valueHeads, graph.Call(_value, states));
        OnnxValue scaled = graph.Apply("Mul", [queries, EncoderConstants.Number(graph, (float)_scale)]);
        OnnxValue products = graph.Apply("MatMul", [scaled, graph.Apply("Transpose", [keys], ("perm", (long[])[0, 1, 3, 2]))]);
        OnnxValue mask = graph.Apply("Unsqueeze", [padding, EncoderConstants.Integers(graph, 1, 2)]);
        OnnxValue scores = graph.Apply("Where", [mask, EncoderConstants.Number(graph, Masked), products]);
        OnnxValue probabilities = graph.Call(_dropout, graph.Call(_probabilities, graph.Call(_scores, scores)));
        OnnxValue mixed = graph.Apply("Transpose", [graph.Apply("MatMul", [probabilities, values])], ("perm", (long[])[0, 2, 1, 3]));
        return graph.Call(_output, graph.Apply("Reshape", [mixed, EncoderConstants.Integers(graph, 0, 0, _width)]));
    }

    // The parts are registered by name; TorchSharp would register the fields once more, under the names of the fields.
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _query.Dispose();
            _key.Dispose();
            _value.Dispose();
            _queryHeads.Dispose();
            _keyHeads.Dispose();
            _valueHeads.Dispose();
            _scores.Dispose();
            _probabilities.Dispose();
            _dropout.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }
}
