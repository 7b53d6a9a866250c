using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

/// <content>The networks.</content>
public sealed partial class FusedHeadTests
{
    private sealed class Tied : Module<Tensor, Tensor>
    {
        private readonly Embedding _embedding;
        private readonly Linear _head;

        public Tied(bool trainsWeight, bool trainsBias)
            : base(nameof(Tied))
        {
            torch.manual_seed(3);
            var weight = new Parameter(torch.randn(6, 5, torch.ScalarType.Float64), trainsWeight);
            _embedding = Embedding(6, 5);
            _embedding.weight = weight;
            _head = Linear(weight, new Parameter(torch.randn(6, torch.ScalarType.Float64), trainsBias));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _head.call(_embedding.call(input).tanh());
    }

    private sealed class Unusual : Module<Tensor, Tensor>
    {
        private readonly BatchNorm1d _norm = BatchNorm1d(6);
        private readonly Dropout _drop = Dropout();
        private readonly Linear _head;

        public Unusual(string what)
            : base(nameof(Unusual))
        {
            torch.manual_seed(3);
            _head = Linear(6, 3);
            What = what;
            RegisterComponents();
            _ = this.to(torch.ScalarType.Float64);
        }

        public string What { get; set; }

        public override Tensor forward(Tensor input)
        {
            Tensor hidden = _drop.call(_norm.call(input));
            switch (What)
            {
                case "scales its logits":
                    return _head.call(hidden) * 2;
                case "runs the head twice":
                    return _head.call(hidden + _head.call(hidden).sum(1, keepdim: true));
                case "fails on no samples":
                    Tensor logits = _head.call(hidden);
                    _ = logits.argmax(0);
                    return logits;
                case "outputs places of maps":
                    return _head.call(hidden.view(2, 2, 2, 6));
                default:
                    return _head.call(hidden);
            }
        }
    }

    private sealed class HeadFirst : Module<Tensor, Tensor>
    {
        private readonly Linear _head = Linear(5, 3, dtype: torch.ScalarType.Float64);
        private readonly Linear _body = Linear(6, 5, dtype: torch.ScalarType.Float64);

        public HeadFirst()
            : base(nameof(HeadFirst))
        {
            register_module("head", _head);
            register_module("body", _body);
        }

        public override Tensor forward(Tensor input) => _head.call(_body.call(input));
    }
}
