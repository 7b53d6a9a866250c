using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Fuses a layer of the student with the result of the deeper layers, and brings both to the shape of the teacher's layer.</summary>
internal sealed class ReviewFusion : Module<Tensor, Tensor?, Tensor, (Tensor Result, Tensor Fused)>
{
    private readonly Sequential _narrow;
    private readonly Sequential _widen;
    private readonly Conv2d? _attention;

    public ReviewFusion(long student, long width, long teacher, bool fuses)
        : base(nameof(ReviewFusion))
    {
        _narrow = Normalized(student, width, kernel: 1);
        _widen = Normalized(width, teacher, kernel: 3);
        _attention = fuses ? Conv2d(2 * width, 2, kernel_size: 1) : null;
        register_module("narrow", _narrow);
        register_module("widen", _widen);
        if (_attention is not null)
        {
            register_module("attention", _attention);
        }
    }

    public override (Tensor Result, Tensor Fused) forward(Tensor student, Tensor? deeper, Tensor teacher)
    {
        Tensor fused = _narrow.call(student);
        if (_attention is not null)
        {
            Tensor below = FeatureMaps.Resize(deeper!, fused.size(2), fused.size(3));
            Tensor[] shares = _attention.call(torch.cat([fused, below], 1)).sigmoid().split(1, 1);
            fused = (fused * shares[0]).Add(below * shares[1]);
        }

        fused = FeatureMaps.Resize(fused, teacher.size(2), teacher.size(3));
        return (_widen.call(fused), fused);
    }

    protected override void RegisterComponents()
    {
        // The constructor registers the parts by name; TorchSharp would register the fields once more, under the names of the fields.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _narrow.Dispose();
            _widen.Dispose();
            _attention?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Sequential Normalized(long from, long to, long kernel)
    {
        Conv2d convolution = Conv2d(from, to, kernel, padding: kernel / 2, bias: false);
        init.kaiming_uniform_(convolution.weight, a: 1);
        return Sequential(convolution, BatchNorm2d(to));
    }
}
