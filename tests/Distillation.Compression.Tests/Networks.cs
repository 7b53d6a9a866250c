using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

/// <summary>Networks whose channels hang together in different ways.</summary>
internal static class Networks
{
    public static IReadOnlyDictionary<string, Func<Module<Tensor, Tensor>>> All { get; } = new Dictionary<string, Func<Module<Tensor, Tensor>>>
    {
        ["linear"] = () => Sequential(("a", Linear(6, 8)), ("act", ReLU()), ("b", Linear(8, 10)), ("act2", GELU()), ("c", Linear(10, 3))),
        ["convolution"] = () => Sequential(
            ("a", Conv2d(3, 8, 3, padding: 1)),
            ("bn", BatchNorm2d(8)),
            ("act", ReLU()),
            ("b", Conv2d(8, 12, 3, stride: 2, bias: false)),
            ("bn2", BatchNorm2d(12)),
            ("act2", Hardswish()), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()), ("c", Linear(12, 3))),
        ["flattened maps"] = () => Sequential(
            ("a", Conv2d(3, 6, 3, stride: 2)),
            ("act", ReLU6()),
            ("pool", MaxPool2d(2)),
            ("flat", Flatten()),
            ("b", Linear(6 * 9, 8)),
            ("act2", PReLU(8)),
            ("c", Linear(8, 3))),
        ["transposed"] = () => Sequential(
            ("a", Conv2d(3, 6, 3)), ("act", ReLU()), ("up", ConvTranspose2d(6, 4, 2, stride: 2)), ("act2", ReLU()), ("b", Conv2d(4, 2, 1))),
        ["norm without weights"] = () => Sequential(
            ("a", Conv2d(3, 8, 3)), ("bn", BatchNorm2d(8, affine: false)), ("act", ReLU()), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()),
            ("c", Linear(8, 3))),
        ["residual"] = () => new Residual(),
        ["concatenated"] = () => new Concatenated(),
        ["depthwise"] = () => Sequential(
            ("a", Conv2d(3, 8, 3)), ("bn", BatchNorm2d(8)), ("act", ReLU6()), ("dw", Conv2d(8, 8, 3, groups: 8)), ("bn2", BatchNorm2d(8)), ("act2", ReLU6()),
            ("b", Conv2d(8, 6, 1)), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()), ("c", Linear(6, 3))),
        ["squeezed and excited"] = () => new SqueezeExcitation(),
        ["resnet18"] = () => TorchSharp.torchvision.models.resnet18(num_classes: 4),
        ["mobilenet_v2"] = () => TorchSharp.torchvision.models.mobilenet_v2(num_classes: 4, width_mult: 0.25),
    };

    public static Module<Tensor, Tensor> Make(string name, int seed = 1)
    {
        torch.manual_seed(seed);
        Module<Tensor, Tensor> network = All[name]();
        using var noGradient = torch.no_grad();

        // Statistics of the inputs keep the outputs of deep networks from vanishing.
        for (int pass = 0; pass < 20; pass++)
        {
            network.call(Inputs(name)).Dispose();
        }

        network.eval();
        return network;
    }

    public static Tensor Inputs(string name) => name switch
    {
        "linear" => Some.Inputs(samples: 3, features: 6),
        "resnet18" or "mobilenet_v2" => Some.Inputs(samples: 2, features: 3 * 32 * 32).view(2, 3, 32, 32),
        _ => Some.Inputs(samples: 3, features: 3 * 15 * 15).view(3, 3, 15, 15),
    };

    private sealed class Residual : Module<Tensor, Tensor>
    {
        private readonly Conv2d _stem = Conv2d(3, 8, 3, padding: 1);
        private readonly Conv2d _inner = Conv2d(8, 6, 3, padding: 1);
        private readonly BatchNorm2d _norm = BatchNorm2d(6);
        private readonly Conv2d _outer = Conv2d(6, 8, 3, padding: 1);
        private readonly Linear _head = Linear(8, 3);

        public Residual()
            : base(nameof(Residual)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor stem = functional.relu(_stem.call(input));
            Tensor sum = stem + _outer.call(functional.relu(_norm.call(_inner.call(stem))));
            return _head.call(functional.relu(sum).mean([2, 3]));
        }
    }

    private sealed class Concatenated : Module<Tensor, Tensor>
    {
        private readonly Conv2d _left = Conv2d(3, 4, 3, padding: 1);
        private readonly Conv2d _right = Conv2d(3, 6, 5, padding: 2);
        private readonly Conv2d _both = Conv2d(13, 8, 1);
        private readonly Linear _head = Linear(8, 3);

        public Concatenated()
            : base(nameof(Concatenated)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor both = torch.cat([functional.relu(_left.call(input)), input, functional.relu(_right.call(input))], 1);
            return _head.call(functional.relu(_both.call(both)).mean([2, 3]));
        }
    }

    private sealed class SqueezeExcitation : Module<Tensor, Tensor>
    {
        private readonly Conv2d _stem = Conv2d(3, 8, 3);
        private readonly Conv2d _squeeze = Conv2d(8, 4, 1);
        private readonly Conv2d _excite = Conv2d(4, 8, 1);
        private readonly Linear _head = Linear(8, 3);

        public SqueezeExcitation()
            : base(nameof(SqueezeExcitation)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor maps = functional.relu(_stem.call(input));
            Tensor scale = torch.sigmoid(_excite.call(functional.relu(_squeeze.call(maps.mean([2, 3], keepdim: true)))));
            return _head.call((maps * scale).mean([2, 3]));
        }
    }
}
