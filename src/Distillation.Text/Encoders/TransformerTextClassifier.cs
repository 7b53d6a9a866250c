using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>A Transformer encoder with dropout and a linear map behind it: token ids [N, T] int64 to logits [N, C].</summary>
public sealed class TransformerTextClassifier : TransformerWithHead
{
    /// <summary>Creates a classifier with random weights.</summary>
    /// <param name="options">The sizes of the encoder.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other.</exception>
    public TransformerTextClassifier(TransformerEncoderOptions options, int classes)
        : this(classes: Require.Positive(classes), encoder: new TransformerTextEncoder(options))
    {
    }

    /// <summary>Creates a classifier from an encoder, such as a pretrained one, and a head with random weights.</summary>
    /// <param name="encoder">The encoder; it is a part of the classifier from then on, and is disposed with it.</param>
    /// <param name="classes">The number of logits, C; positive.</param>
    public TransformerTextClassifier(TransformerTextEncoder encoder, int classes)
        : base(nameof(TransformerTextClassifier), encoder, classes)
    {
    }

    private protected override Tensor Vectors(Tensor input) => Encoder.call(input);

    private protected override OnnxValue ExportVectors(OnnxGraph graph, OnnxValue input) => graph.Call(Encoder, input);
}
