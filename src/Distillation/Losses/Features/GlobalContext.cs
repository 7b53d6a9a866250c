using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Adds to each place of a map what a bottleneck makes of the map as a whole (global context block; Cao et al., 2019).</summary>
internal sealed class GlobalContext : Module<Tensor, Tensor>
{
    private readonly Conv2d _mask;
    private readonly Sequential _transform;

    public GlobalContext(long channels)
        : base(nameof(GlobalContext))
    {
        long hidden = Math.Max(channels / 2, 1);
        _mask = Conv2d(channels, 1, kernel_size: 1);
        Conv2d last = Conv2d(hidden, channels, kernel_size: 1);
        _transform = Sequential(
            ("0", Conv2d(channels, hidden, kernel_size: 1)),
            ("1", LayerNorm([hidden, 1, 1])),
            ("2", ReLU()),
            ("3", last));
        init.kaiming_normal_(_mask.weight!, mode: init.FanInOut.FanIn, nonlinearity: init.NonlinearityType.ReLU);
        init.zeros_(_mask.bias!);
        init.zeros_(last.weight!);
        init.zeros_(last.bias!);
        register_module("mask", _mask);
        register_module("transform", _transform);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor attention = functional.softmax(_mask.call(input).flatten(1), 1).unsqueeze(2);
        return input.Add(_transform.call(input.flatten(2).matmul(attention).unsqueeze(3)));
    }

    // The constructor registers the parts by name; TorchSharp would register the fields once more.
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mask.Dispose();
            _transform.Dispose();
        }

        base.Dispose(disposing);
    }
}
