using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>A Transformer encoder with dropout and a linear map behind each token: token ids [N, T] int64 to logits [N, T, C].</summary>
/// <remarks>The vectors are <see cref="TransformerTextEncoder.HiddenStates"/>.</remarks>
public sealed class TransformerTagger : TransformerWithHead
{
    /// <summary>Creates a tagger with random weights.</summary>
    /// <param name="options">The sizes of the encoder.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public TransformerTagger(TransformerEncoderOptions options, int classes)
        : this(classes: Require.Positive(classes), encoder: new TransformerTextEncoder(options))
    {
    }

    /// <summary>Creates a tagger from an encoder, such as a pretrained one, and a head with random weights.</summary>
    /// <param name="encoder">The encoder; it is a part of the tagger from then on, and is disposed with it.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    public TransformerTagger(TransformerTextEncoder encoder, int classes)
        : base(nameof(TransformerTagger), encoder, classes)
    {
    }

    private protected override Tensor Vectors(Tensor input) => Encoder.HiddenStates(input);

    private protected override OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input) => Encoder.ExportHiddenStates(graph, input);
}
