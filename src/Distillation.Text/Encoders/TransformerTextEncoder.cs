using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>A Transformer encoder of the BERT family (Devlin et al., 2019): token ids [N, T] to one vector for each text, [N, H].</summary>
/// <remarks>
/// <para>
/// The mask follows from the ids, which are int64: a token with the id <see cref="TransformerEncoderOptions.PadId"/> has no part in anything, so that the
/// vector of a text does not depend on the texts beside it. Layers normalize after each part, and the activation is the exact GELU.
/// </para>
/// <para>
/// Layers that losses read, with <c>{0}</c> in place of the number of the layer from 0: <c>embeddings</c> and <c>layers.{0}</c> are hidden states, [N, T, H];
/// <c>layers.{0}.attention.scores</c> (before the softmax; −1e9 at padding) and <c>layers.{0}.attention.probabilities</c> are attention, [N, h, T, T];
/// <c>layers.{0}.attention.query_heads</c>, <c>key_heads</c> and <c>value_heads</c> are [N, h, T, H / h]; <c>layers.{0}.attention.query</c>, <c>key</c> and
/// <c>value</c> are [N, T, H]. In a <see cref="TransformerTextClassifier"/> the paths begin with <c>encoder.</c>.
/// </para>
/// <para>
/// Initial weights are normal with a standard deviation of 0.02, and biases are zero; they are drawn from libtorch's generator, which
/// <c>torch.manual_seed</c> seeds.
/// </para>
/// </remarks>
public sealed class TransformerTextEncoder : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly TransformerEmbeddings _embeddings;
    private readonly ModuleList<TransformerLayer> _layers;
    private readonly PooledTokens _pooling;

    /// <summary>Creates an encoder with random weights.</summary>
    /// <param name="options">The sizes.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public TransformerTextEncoder(TransformerEncoderOptions options)
        : base(nameof(TransformerTextEncoder))
    {
        Options = Require.Present(options).Consistent(nameof(options));
        _embeddings = new TransformerEmbeddings(options);
        _layers = [.. Enumerable.Range(0, options.Layers).Select(_ => new TransformerLayer(options))];
        _pooling = new PooledTokens(options.Pooling);
        register_module("embeddings", _embeddings);
        register_module("layers", _layers);
        register_module("pooling", _pooling);
        InitialWeights.Draw(this);
    }

    /// <summary>Gets the sizes.</summary>
    public TransformerEncoderOptions Options { get; }

    /// <summary>Computes one vector for each text.</summary>
    /// <param name="input">Token ids [N, T] int64, in [0, vocabulary size), with T in [1, <see cref="TransformerEncoderOptions.MaxTokens"/>].</param>
    /// <returns>The pooled states of the last layer, [N, H].</returns>
    /// <exception cref="ArgumentException">The ids are of another shape or data type.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        Tensor padding = PaddingOf(input);
        return _pooling.call(StatesOf(input, padding), padding).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the hidden states of the last layer.</summary>
    /// <param name="input">Token ids [N, T] int64, as for <see cref="forward"/>.</param>
    /// <returns>The states, [N, T, H]. Those at padding have no meaning.</returns>
    /// <exception cref="ArgumentException">The ids are of another shape or data type.</exception>
    public Tensor HiddenStates(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        return StatesOf(input, PaddingOf(input)).MoveToOuterDisposeScope();
    }

    /// <summary>Creates a shallower encoder from some of the layers, with copies of their weights and of the embeddings.</summary>
    /// <remarks>Students of DistilBERT (Sanh et al., 2019) begin from every other layer of the teacher.</remarks>
    /// <param name="layers">The numbers of the layers, from 0, in the order of the new encoder; a number may come twice.</param>
    /// <returns>A new encoder on the same device and in the same mode, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">There is no number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in [0, layers).</exception>
    public TransformerTextEncoder TakeLayers(params IReadOnlyList<int> layers)
    {
        int[] taken = [.. Require.Present(layers).Select(layer => Require.InRange(layer, 0, Options.Layers - 1, nameof(layers)))];
        if (taken.Length == 0)
        {
            throw new ArgumentException("There must be the number of a layer at least, but there is none.", nameof(layers));
        }

        var shallow = new TransformerTextEncoder(Options with { Layers = taken.Length });
        using var noGradient = torch.no_grad();
        shallow.to(_embeddings.parameters().First().device);
        shallow.train(training);
        Copy(_embeddings, shallow._embeddings);
        for (int place = 0; place < taken.Length; place++)
        {
            Copy(_layers[taken[place]], shallow._layers[place]);
        }

        return shallow;
    }

    /// <summary>Creates a shallower encoder from every k-th layer, with copies of their weights and of the embeddings.</summary>
    /// <param name="step">k; positive. Of six layers, 2 takes 0, 2 and 4.</param>
    /// <param name="first">The first layer that is taken, in [0, layers). The default is 0.</param>
    /// <returns>A new encoder on the same device and in the same mode, which the caller disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public TransformerTextEncoder TakeEveryLayer(int step, int first = 0)
    {
        Require.Positive(step);
        Require.InRange(first, 0, Options.Layers - 1);
        return TakeLayers([.. Enumerable.Range(first, Options.Layers - first).Where(layer => (layer - first) % step == 0)]);
    }

    /// <inheritdoc/>
    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        Require.Present(graph);
        return _pooling.Export(graph, ExportHiddenStates(graph, input), PaddingOf(graph, input));
    }

    /// <summary>Adds what <see cref="HiddenStates"/> computes to a graph.</summary>
    internal OnnxValue ExportHiddenStates(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue padding = PaddingOf(graph, input);
        return _layers.Aggregate(graph.Call(_embeddings, input), (states, layer) => layer.Export(graph, states, padding));
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
            _embeddings.Dispose();
            _layers.Dispose();
            _pooling.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Copy(Module from, Module to)
    {
        Dictionary<string, Tensor> values = from.state_dict();
        foreach ((string name, Tensor target) in to.state_dict())
        {
            target.copy_(values[name]);
        }
    }

    private OnnxValue PaddingOf(OnnxGraph graph, OnnxValue ids) => graph.Apply("Equal", [ids, EncoderConstants.Integers(graph, Options.PadId)]);

    private Tensor StatesOf(Tensor ids, Tensor padding) => _layers.Aggregate(_embeddings.call(ids), (states, layer) => layer.call(states, padding));

    private Tensor PaddingOf(Tensor ids)
    {
        Require.Present(ids);
        if (ids.dim() != 2 || ids.dtype != torch.ScalarType.Int64 || ids.size(1) < 1 || ids.size(1) > Options.MaxTokens)
        {
            throw new ArgumentException(
                $"Token ids must be [N, T] Int64 with T in [1, {Options.MaxTokens}], but are {Shapes.Of(ids)} {ids.dtype}.", nameof(ids));
        }

        using Scalar pad = Options.PadId.ToScalar();
        return ids.eq(pad);
    }
}
