using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>Tags tokens by those around them: token ids [N, T] to logits [N, T, C].</summary>
/// <remarks>
/// Filters of several widths run over the embeddings; the ReLU of all filters at a place goes to a linear output. (Collobert et al., "Natural Language
/// Processing (Almost) from Scratch", 2011, the window approach.) Logits at padding have no meaning.
/// </remarks>
public sealed class ConvolutionTagger : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Embedding _embedding;
    private readonly Sequential[] _filters;
    private readonly Sequential _head;

    /// <summary>Creates a tagger with random weights, drawn from the generator of the process.</summary>
    /// <param name="vocabularySize">The number of ids; positive.</param>
    /// <param name="classes">The number of tags, C; positive.</param>
    /// <param name="padId">The id of padding, in [0, <paramref name="vocabularySize"/>).</param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    public ConvolutionTagger(int vocabularySize, int classes, int padId = 0, ConvolutionClassifierOptions? options = null)
        : base(nameof(ConvolutionTagger))
    {
        Require.Positive(vocabularySize);
        Require.Positive(classes);
        Require.InRange(padId, 0, vocabularySize - 1);
        options ??= new ConvolutionClassifierOptions();
        _embedding = TokenEmbedding.Of(vocabularySize, options.EmbeddingSize, padId);
        register_module("embedding", _embedding);
        _filters = [.. options.Widths.Select(width =>
            Sequential(("filter", Conv1d(options.EmbeddingSize, options.Filters, width, padding: width / 2)), ("act", ReLU())))];
        foreach ((int number, Sequential filter) in _filters.Index())
        {
            register_module($"filters{number}", filter);
        }

        _head = Sequential(("dropout", Dropout(options.Dropout)), ("output", Linear(options.Filters * options.Widths.Length, classes)));
        register_module("head", _head);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        Tensor channels = _embedding.call(input).transpose(1, 2);
        return _head.call(torch.cat([.. _filters.Select(filter => filter.call(channels))], 1).transpose(1, 2)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        OnnxValue channels = Transposed(graph, graph.Call(_embedding, input));
        OnnxValue filtered = graph.Apply("Concat", [.. _filters.Select(filter => graph.Call(filter, channels))], ("axis", 1));
        return graph.Call(_head, Transposed(graph, filtered));
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
        // All are registered by the constructor; by default each would be so a second time, under the name of its field.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Sequential filter in _filters)
            {
                filter.Dispose();
            }

            _embedding.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }

    private static OnnxValue Transposed(OnnxGraph graph, OnnxValue value) => graph.Apply("Transpose", [value], ("perm", new long[] { 0, 2, 1 }));
}
