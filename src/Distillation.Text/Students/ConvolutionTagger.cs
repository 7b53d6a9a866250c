using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>Tags tokens by those around them: token ids [N, T] to logits [N, T, C].</summary>
/// <remarks>
/// Filters of several widths run over the embeddings; the ReLU of all filters at a place goes to a linear output. (Collobert et al., "Natural Language
/// Processing (Almost) from Scratch", 2011, the window approach.) Logits at padding have no meaning.
/// </remarks>
public sealed class ConvolutionTagger : ConvolutionNetwork
{
    /// <summary>Creates a tagger with random weights, drawn from the generator of the process.</summary>
    /// <param name="vocabularySize">The number of ids; positive.</param>
    /// <param name="classes">The number of tags, C; positive.</param>
    /// <param name="padId">The id of padding, in [0, <paramref name="vocabularySize"/>).</param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    public ConvolutionTagger(int vocabularySize, int classes, int padId = 0, ConvolutionClassifierOptions? options = null)
        : base(nameof(ConvolutionTagger), vocabularySize, classes, padId, options)
    {
    }

    private protected override Tensor Vectors(Tensor input, Tensor[] filtered) => torch.cat(filtered, 1).transpose(1, 2);

    private protected override OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input, OnnxValue[] filtered) =>
        Transposed(graph, graph.Apply("Concat", filtered, ("axis", 1)));
}
