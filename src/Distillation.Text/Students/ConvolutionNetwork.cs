using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>Provides the base class of networks in which filters of several widths run over the embeddings of tokens.</summary>
public abstract class ConvolutionNetwork : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Embedding _embedding;
    private readonly Sequential[] _filters;
    private readonly Sequential _head;

    private protected ConvolutionNetwork(string name, int vocabularySize, int classes, int padId, ConvolutionClassifierOptions? options)
        : base(name)
    {
        Require.Positive(vocabularySize);
        Require.Positive(classes);
        PadId = Require.InRange(padId, 0, vocabularySize - 1);
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

    private protected int PadId { get; }

    /// <summary>Computes the logits.</summary>
    /// <param name="input">Token ids [N, T] int64.</param>
    /// <returns>The logits: [N, C] of texts, [N, T, C] of tokens. Those of tokens that are padding have no meaning.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        Tensor channels = _embedding.call(input).transpose(1, 2);
        return _head.call(Vectors(input, [.. _filters.Select(filter => filter.call(channels))])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        Require.Present(input);
        OnnxValue channels = Transposed(graph, graph.Call(_embedding, input));
        return graph.Call(_head, ExportVectors(graph, input, [.. _filters.Select(filter => graph.Call(filter, channels))]));
    }

    private protected static OnnxValue Transposed(OnnxGraph graph, OnnxValue value) => graph.Apply("Transpose", [value], ("perm", new long[] { 0, 2, 1 }));

    // Of the filters' outputs, [N, filters, T] each.
    private protected abstract Tensor Vectors(Tensor input, Tensor[] filtered);

    private protected abstract OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input, OnnxValue[] filtered);

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
