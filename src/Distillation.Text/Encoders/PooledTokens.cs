using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>Makes one vector of the states of tokens: [N, T, H] to [N, H].</summary>
internal sealed class PooledTokens(TokenPooling pooling) : torch.nn.Module<Tensor, Tensor, Tensor>(nameof(PooledTokens))
{
    /// <summary>Pools states [N, T, H], with padding [N, T] of booleans.</summary>
    public override Tensor forward(Tensor states, Tensor padding)
    {
        if (pooling == TokenPooling.FirstToken)
        {
            return states.select(1, 0);
        }

        using var scope = torch.NewDisposeScope();
        using Scalar zero = 0.ToScalar();
        using Scalar one = 1.ToScalar();
        Tensor counts = padding.logical_not().sum(1, keepdim: true, type: states.dtype).clamp_min(one);
        return states.masked_fill(padding.unsqueeze(2), zero).sum(dim: 1).div(counts).MoveToOuterDisposeScope();
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue states, OnnxValue padding)
    {
        OnnxValue places = EncoderConstants.Integers(graph, 1);
        if (pooling == TokenPooling.FirstToken)
        {
            return graph.Apply("Squeeze", [graph.Apply("Gather", [states, EncoderConstants.Integers(graph, 0)], ("axis", 1)), places]);
        }

        OnnxValue leftOut = graph.Apply("Unsqueeze", [padding, EncoderConstants.Integers(graph, 2)]);
        OnnxValue kept = graph.Apply("Where", [leftOut, EncoderConstants.Number(graph, 0), states]);
        OnnxValue counted = graph.Apply("Cast", [graph.Apply("Not", [padding])], ("to", 1));
        OnnxValue counts = graph.Apply("ReduceSum", [counted, places], ("keepdims", 1));
        OnnxValue divisor = graph.Apply("Max", [counts, EncoderConstants.Number(graph, 1)]);
        return graph.Apply("Div", [graph.Apply("ReduceSum", [kept, places], ("keepdims", 0)), divisor]);
    }
}
