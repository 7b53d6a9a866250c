using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Combinations;

/// <summary>A network for samples [N, 6] and sequences [N, T, 6], with a layer "in" that losses read, and what a student may have between its layers.</summary>
internal sealed class Net : Module<Tensor, Tensor>
{
    private readonly Linear _in;
    private readonly BatchNorm1d? _norm;
    private readonly Dropout? _drop;
    private readonly Linear _out;

    public Net(long hidden, int seed, bool normalizes = false, bool drops = false)
        : base(nameof(Net))
    {
        torch.manual_seed(seed);
        _in = Linear(6, hidden);
        _norm = normalizes ? BatchNorm1d(hidden) : null;
        _drop = drops ? Dropout(0.3) : null;
        _out = Linear(hidden, 3);
        register_module("in", _in);
        register_module("out", _out);
        if (_norm is not null)
        {
            register_module("norm", _norm);
        }

        if (_drop is not null)
        {
            register_module("drop", _drop);
        }
    }

    public override Tensor forward(Tensor input)
    {
        Tensor hidden = _in.call(input.reshape(-1, 6));
        hidden = (_norm?.call(hidden) ?? hidden).relu();
        Tensor rows = _out.call(_drop?.call(hidden) ?? hidden);
        return input.dim() == 2 ? rows : rows.view(input.size(0), input.size(1), 3);
    }
}
