using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>Classifies bags of tokens: token ids [N, T] to logits [N, C], whatever the order of the tokens.</summary>
/// <remarks>
/// The embeddings of a text's tokens are added up and divided by √n, where n is the number of tokens without padding; ReLU, hidden layers and the output
/// follow: <c>W ReLU(n^(−½) Σ e(token)) + b</c>. With the ids of a <see cref="HashedTokenizer"/> it is the multilayer perceptron on hashed words; with those of
/// a vocabulary, the embedding bag of fastText (Joulin et al., "Bag of Tricks for Efficient Text Classification", 2017), but for the ReLU and the √n.
/// </remarks>
public sealed class BagOfTokensClassifier : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly int _padId;
    private readonly Embedding _embedding;
    private readonly Sequential _head;

    /// <summary>Creates a classifier with random weights, drawn from the generator of the process.</summary>
    /// <param name="vocabularySize">The number of ids; positive.</param>
    /// <param name="classes">The number of classes, C; positive.</param>
    /// <param name="padId">The id of padding, in [0, <paramref name="vocabularySize"/>).</param>
    /// <param name="options">The sizes; 64 numbers a token and no further layer if not given.</param>
    public BagOfTokensClassifier(int vocabularySize, int classes, int padId = 0, BagOfTokensOptions? options = null)
        : base(nameof(BagOfTokensClassifier))
    {
        Require.Positive(vocabularySize);
        Require.Positive(classes);
        _padId = Require.InRange(padId, 0, vocabularySize - 1);
        options ??= new BagOfTokensOptions();
        _embedding = TokenEmbedding.Of(vocabularySize, options.EmbeddingSize, padId);
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        int size = options.EmbeddingSize;
        foreach ((int number, int next) in options.HiddenSizes.Index())
        {
            layers.AddRange([($"act{number}", ReLU()), ($"dropout{number}", Dropout(options.Dropout)), ($"hidden{number}", Linear(size, next))]);
            size = next;
        }

        layers.AddRange([("act", ReLU()), ("dropout", Dropout(options.Dropout)), ("output", Linear(size, classes))]);
        _head = Sequential(layers);
        register_module("embedding", _embedding);
        register_module("head", _head);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        Tensor scale = input.Ne(_padId).sum(dim: 1, keepdim: true).ClampMin(1).to(_embedding.weight!.dtype).rsqrt();
        return _head.call(_embedding.call(input).sum(dim: 1) * scale).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        Require.Present(input);
        OnnxValue counts = TokenGraph.Counts(graph, input, _padId);
        OnnxValue sum = graph.Apply("ReduceSum", [graph.Call(_embedding, input), TokenGraph.Axis(graph, 1)], ("keepdims", 0));
        return graph.Call(_head, graph.Apply("Div", [sum, graph.Apply("Sqrt", [counts])]));
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
            _embedding.Dispose();
            _head.Dispose();
        }

        base.Dispose(disposing);
    }
}
