using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// A classifier on an inner layer: a connector to the shape of a deeper layer, the mean over the places of maps, and a linear map to the classes.
/// </summary>
internal sealed class ExitHead : Module<Tensor, (Tensor Features, Tensor Logits)>
{
    private readonly Module<Tensor, Tensor> _connector;
    private readonly Linear _classifier;

    /// <param name="connector">Maps the layer to the features of the exit.</param>
    /// <param name="like">The deeper layer: its width, data type and device are those of the features.</param>
    /// <param name="classes">The number of classes.</param>
    public ExitHead(Module<Tensor, Tensor> connector, Tensor like, long classes)
        : base(nameof(ExitHead))
    {
        _connector = connector;
        _classifier = Linear(like.size(like.dim() == 4 ? 1 : -1), classes, dtype: like.dtype, device: like.device);
        RegisterComponents();
    }

    public override (Tensor Features, Tensor Logits) forward(Tensor layer)
    {
        Tensor features = _connector.call(layer);
        return (features, _classifier.call(features.dim() == 4 ? features.mean([2, 3]) : features));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _connector.Dispose();
            _classifier.Dispose();
        }

        base.Dispose(disposing);
    }
}
