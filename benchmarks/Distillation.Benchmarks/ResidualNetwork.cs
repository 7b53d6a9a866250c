using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>
/// A residual network for images of one channel (He et al., 2016): a convolution and three stages of blocks. With three blocks a stage it is 20 layers
/// deep, and has 2.4 M parameters at a width of 48, 0.27 M at 16.
/// </summary>
internal sealed class ResidualNetwork : Module<Tensor, Tensor>
{
    private readonly Sequential _layers;

    /// <param name="width">The channels of the first stage; the next ones have two and four times as many.</param>
    /// <param name="blocks">The blocks of a stage.</param>
    /// <param name="stride">The stride of the first convolution.</param>
    /// <param name="seed">The seed of the first weights.</param>
    public ResidualNetwork(long width, int blocks = 3, long stride = 1, int seed = 1)
        : base(nameof(ResidualNetwork))
    {
        torch.manual_seed(seed);
        _layers = Sequential(Conv2d(1, width, 3, stride, padding: 1, bias: false), BatchNorm2d(width), ReLU());
        for (int stage = 0; stage < 3; stage++)
        {
            for (int block = 0; block < blocks; block++)
            {
                bool widens = stage > 0 && block == 0;
                _layers.append(new Block(widens ? width << (stage - 1) : width << stage, width << stage, widens ? 2 : 1));
            }
        }

        _layers.append(AdaptiveAvgPool2d(1)).append(Flatten()).append(Linear(width << 2, 10));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _layers.call(input);

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential _path;
        private readonly Sequential? _shortcut;

        public Block(long channels, long width, long stride)
            : base(nameof(Block))
        {
            _path = Sequential(
                Conv2d(channels, width, 3, stride, padding: 1, bias: false),
                BatchNorm2d(width),
                ReLU(),
                Conv2d(width, width, 3, padding: 1, bias: false),
                BatchNorm2d(width));
            _shortcut = stride == 1 ? null : Sequential(Conv2d(channels, width, 1, stride, bias: false), BatchNorm2d(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor path = _path.call(input);
            using Tensor shortcut = _shortcut?.call(input) ?? input.alias();
            using Tensor sum = path.add(shortcut);
            return sum.relu();
        }
    }
}
