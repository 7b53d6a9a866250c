using Distillation.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>The sum of the embeddings of tokens, positions and the first kind of token, normalized: ids [N, T] to [N, T, H].</summary>
internal sealed class TransformerEmbeddings : Module<Tensor, Tensor>, IOnnxExportable
{
    private readonly Embedding _words;
    private readonly Embedding _positions;
    private readonly Embedding _tokenTypes;
    private readonly LayerNorm _norm;
    private readonly Dropout _dropout;

    public TransformerEmbeddings(TransformerEncoderOptions options)
        : base(nameof(TransformerEmbeddings))
    {
        _words = Embedding(options.VocabularySize, options.HiddenSize);
        _positions = Embedding(options.MaxTokens, options.HiddenSize);
        _tokenTypes = Embedding(options.TokenTypes, options.HiddenSize);
        _norm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _dropout = Dropout(options.Dropout);
        register_module("words", _words);
        register_module("positions", _positions);
        register_module("token_types", _tokenTypes);
        register_module("norm", _norm);
        register_module("dropout", _dropout);
    }

    public override Tensor forward(Tensor ids)
    {
        using var scope = torch.NewDisposeScope();
        using Scalar zero = 0.ToScalar();
        using Scalar one = 1.ToScalar();
        using Scalar length = ids.size(1).ToScalar();
        Tensor positions = _positions.call(torch.arange(zero, length, one, torch.ScalarType.Int64, ids.device));
        Tensor kind = _tokenTypes.call(torch.zeros([1], torch.ScalarType.Int64, ids.device));
        Tensor sum = _words.call(ids).add(kind, one).add(positions, one);
        return _dropout.call(_norm.call(sum)).MoveToOuterDisposeScope();
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue length = graph.Apply("Squeeze", [graph.Apply("Shape", [input], ("start", 1), ("end", 2))]);
        OnnxValue places = graph.Apply("Range", [EncoderConstants.Scalar(graph, one: false), length, EncoderConstants.Scalar(graph, one: true)]);
        OnnxValue kind = graph.Call(_tokenTypes, EncoderConstants.Integers(graph, 0));
        OnnxValue typed = graph.Apply("Add", [graph.Call(_words, input), kind]);
        return graph.Call(_dropout, graph.Call(_norm, graph.Apply("Add", [typed, graph.Call(_positions, places)])));
    }

    // The parts are registered by name; TorchSharp would register the fields once more, under the names of the fields.
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _words.Dispose();
            _positions.Dispose();
            _tokenTypes.Dispose();
            _norm.Dispose();
            _dropout.Dispose();
        }

        base.Dispose(disposing);
    }
}
