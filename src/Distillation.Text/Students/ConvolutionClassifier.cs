using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>Classifies texts by short sequences of tokens: token ids [N, T] to logits [N, C].</summary>
/// <remarks>
/// Filters of several widths run over the embeddings; the largest ReLU of each filter over the places that are no padding goes to a linear output. (Kim,
/// "Convolutional Neural Networks for Sentence Classification", 2014; here the filters also begin before and end behind the text, so that one token is enough.)
/// </remarks>
public sealed class ConvolutionClassifier : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly int _padId;
    private readonly Embedding _embedding;
    private readonly Sequential[] _filters;
    private readonly Sequential _head;

    /// <summary>Creates a classifier with random weights, drawn from the generator of the process.</summary>
    /// <param name="vocabularySize">The number of ids; positive.</param>
    /// <param name="classes">The number of classes, C; positive.</param>
    /// <param name="padId">The id of padding, in [0, <paramref name="vocabularySize"/>).</param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    public ConvolutionClassifier(int vocabularySize, int classes, int padId = 0, ConvolutionClassifierOptions? options = null)
        : base(nameof(ConvolutionClassifier))
    {
        Require.Positive(vocabularySize);
        Require.Positive(classes);
        _padId = Require.InRange(padId, 0, vocabularySize - 1);
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
        Tensor mask = input.Ne(_padId).unsqueeze(1).to(channels.dtype);

        // A ReLU is at least 0: places of padding are out when they are 0, too.
        IEnumerable<Tensor> pooled = _filters.Select(filter => (filter.call(channels) * mask).amax([2]));
        return _head.call(torch.cat([.. pooled], 1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        Require.Present(input);
        OnnxValue channels = graph.Apply("Transpose", [graph.Call(_embedding, input)], ("perm", new long[] { 0, 2, 1 }));
        OnnxValue mask = graph.Apply("Unsqueeze", [TokenGraph.Mask(graph, input, _padId), TokenGraph.Axis(graph, 1)]);
        OnnxValue[] pooled = [.. _filters.Select(filter => graph.Apply(
            "ReduceMax", [graph.Apply("Mul", [graph.Call(filter, channels), mask])], ("axes", new long[] { 2 }), ("keepdims", 0)))];
        return graph.Call(_head, graph.Apply("Concat", pooled, ("axis", 1)));
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
}
