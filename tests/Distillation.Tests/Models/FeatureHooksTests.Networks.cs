using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests;

public sealed partial class FeatureHooksTests
{
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> first;
        private readonly Func<Tensor, Tensor, Tensor> _then;

        public Block(Module<Tensor, Tensor> first, Func<Tensor, Tensor, Tensor> then)
            : base(nameof(Block))
        {
            (this.first, _then) = (first, then);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _then(first.call(input), input);
    }

    private sealed class Scoped : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> inner;

        public Scoped(Module<Tensor, Tensor> inner)
            : base(nameof(Scoped))
        {
            this.inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            return inner.call(input).MoveToOuterDisposeScope();
        }
    }

    private sealed class Holder : Module<Tensor, Tensor>
    {
        private readonly Module inner;
        private readonly Func<Module, Tensor, Tensor[]> _call;

        public Holder(Module inner, Func<Module, Tensor, Tensor[]> call)
            : base(nameof(Holder))
        {
            (this.inner, _call) = (inner, call);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            return _call(inner, input)[0].reshape(8, 6).MoveToOuterDisposeScope();
        }
    }

    private sealed class FourOutputs() : Module<Tensor, (Tensor, Tensor, Tensor, Tensor)>(nameof(FourOutputs))
    {
        public override (Tensor, Tensor, Tensor, Tensor) forward(Tensor input) => (input.sin(), input.cos(), input.tan(), input.exp());
    }

    private sealed class Pair() : Module<Tensor, (Tensor, Tensor)>(nameof(Pair))
    {
        public override (Tensor, Tensor) forward(Tensor input) => (input.sin(), input.cos());
    }

    private sealed class LastOfTuple : Module<Tensor, Tensor>
    {
        private readonly GRU inner;

        public LastOfTuple(long width)
            : base(nameof(LastOfTuple))
        {
            inner = GRU(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => inner.call(input.unsqueeze(0)).Item1.squeeze(0);
    }

    private sealed class Flagged() : Module<Tensor, bool, Tensor>(nameof(Flagged))
    {
        public override Tensor forward(Tensor input, bool negative) => negative ? input.neg() : input.sin();
    }

    private sealed class Unreadable : Module<Tensor, Tensor>
    {
        private readonly Pair tuple = new();
        private readonly Flagged flags = new();
        private readonly ModuleList<Linear> list = ModuleList(Linear(6, 3));

        public Unreadable()
            : base(nameof(Unreadable)) => RegisterComponents();

        public override Tensor forward(Tensor input) => list[0].call(flags.call(tuple.call(input).Item1, true));
    }

    private sealed class TrainingOnly : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> body = Linear(6, 3);
        private readonly Module<Tensor, Tensor> head = Linear(6, 3);

        public TrainingOnly()
            : base(nameof(TrainingOnly)) => RegisterComponents();

        public override Tensor forward(Tensor input) => training ? body.call(input).add(head.call(input)) : body.call(input);
    }
}
