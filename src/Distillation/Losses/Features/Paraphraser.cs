using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// A convolutional autoencoder of a teacher's layer, whose code is the teacher's factors (Kim, Park and Kwak, 2018). <see cref="Training.ParaphraserTrainer"/>
/// trains it.
/// </summary>
/// <remarks>
/// Maps [N, C, H, W] to factors [N, ⌊k·C⌋, H, W] by three 3×3 convolutions, C to C to ⌊k·C⌋ to ⌊k·C⌋, each followed by a leaky ReLU of slope 0.1; three more
/// lead back. As in RepDistiller, whose convolutions back are transposed ones of stride 1: the same functions, with other weights.
/// </remarks>
public sealed class Paraphraser : Module<Tensor, Tensor>
{
    private readonly long _channels;
    private readonly Sequential _encoder;
    private readonly Sequential _decoder;

    /// <summary>Creates an autoencoder that has learned nothing yet.</summary>
    /// <param name="channels">C: how many channels the teacher's layer has; positive.</param>
    /// <param name="ratio">k: how many factors there are for each channel; positive, and at least one in all. The default value is 0.5.</param>
    /// <param name="normalize">Whether batch normalization follows each convolution. It does not if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">There would be no factor.</exception>
    public Paraphraser(long channels, double ratio = 0.5, bool normalize = false)
        : base(nameof(Paraphraser))
    {
        _channels = Require.Positive(channels);
        Factors = (long)(channels * Require.Positive(ratio));
        if (Factors == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"{nameof(ratio)} must leave a factor of {channels} channels, and leaves none.");
        }

        _encoder = Convolutions.Encoder(channels, Factors, normalize);
        _decoder = Convolutions.Decoder(channels, Factors, normalize);
        register_module("encoder", _encoder);
        register_module("decoder", _decoder);
    }

    /// <summary>Gets how many channels the factors have.</summary>
    public long Factors { get; }

    /// <summary>Returns the factors.</summary>
    /// <param name="input">The teacher's layer, [N, C, H, W].</param>
    /// <returns>The factors, [N, ⌊k·C⌋, H, W].</returns>
    /// <exception cref="ArgumentException">The input is not a map of C channels.</exception>
    public override Tensor forward(Tensor input)
    {
        if (Require.Present(input).dim() != 4 || input.size(1) != _channels)
        {
            throw new ArgumentException(
                $"A paraphraser of {_channels} channels takes a layer [N, {_channels}, H, W], but the layer is {Shapes.Of(input)}. "
                + "Create it with the number of channels of the teacher's layer.",
                nameof(input));
        }

        return _encoder.call(input);
    }

    /// <summary>Returns the layer as it comes back from its factors.</summary>
    /// <param name="layer">The teacher's layer, [N, C, H, W].</param>
    /// <returns>An approximation of it, in its shape.</returns>
    public Tensor Reconstruct(Tensor layer) => _decoder.call(call(Require.Present(layer)));

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
        // The constructor registers the parts by name; TorchSharp would register the fields once more, under the names of the fields.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _encoder.Dispose();
            _decoder.Dispose();
        }

        base.Dispose(disposing);
    }
}
