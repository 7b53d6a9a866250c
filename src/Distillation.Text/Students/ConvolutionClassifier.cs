using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>Classifies texts by short sequences of tokens: token ids [N, T] to logits [N, C].</summary>
/// <remarks>
/// Filters of several widths run over the embeddings; the largest ReLU of each filter over the places that are no padding goes to a linear output. (Kim,
/// "Convolutional Neural Networks for Sentence Classification", 2014; here the filters also begin before and end behind the text, so that one token is enough.)
/// </remarks>
public sealed class ConvolutionClassifier : ConvolutionNetwork
{
    /// <summary>Creates a classifier with random weights, drawn from the generator of the process.</summary>
    /// <param name="vocabularySize">The number of ids; positive.</param>
    /// <param name="classes">The number of classes, C; positive.</param>
    /// <param name="padId">The id of padding, in [0, <paramref name="vocabularySize"/>).</param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    public ConvolutionClassifier(int vocabularySize, int classes, int padId = 0, ConvolutionClassifierOptions? options = null)
        : base(nameof(ConvolutionClassifier), vocabularySize, classes, padId, options)
    {
    }

    private protected override Tensor Vectors(Tensor input, Tensor[] filtered)
    {
        Tensor mask = input.Ne(PadId).unsqueeze(1).to(filtered[0].dtype);

        // A ReLU is at least 0: places of padding are out when they are 0, too.
        return torch.cat([.. filtered.Select(values => (values * mask).amax([2]))], 1);
    }

    private protected override OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input, OnnxValue[] filtered)
    {
        OnnxValue mask = graph.Apply("Unsqueeze", [TokenGraph.Mask(graph, input, PadId), TokenGraph.Axis(graph, 1)]);
        OnnxValue[] pooled = [.. filtered.Select(values => graph.Apply(
            "ReduceMax", [graph.Apply("Mul", [values, mask])], ("axes", new long[] { 2 }), ("keepdims", 0)))];
        return graph.Apply("Concat", pooled, ("axis", 1));
    }
}
