using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>The same work done by the library and by hand: same models, same data, same loss, same optimizer.</summary>
public sealed class Contest : IDisposable
{
    private const int BatchSize = 64;

    private readonly Tensor _inputs;
    private readonly Tensor _labels;
    private readonly TensorData _data;
    private readonly Tensor _order;
    private readonly Tensor _said;
    private readonly ByHand _hand;
    private readonly DistillationStep _step;
    private readonly DistillationTrainer _trainer;
    private readonly IterableDataLoader _loader;
    private readonly List<IDisposable> _owned = [];
    private long _next;

    /// <summary>Puts both sides together.</summary>
    /// <param name="size">How large teacher and student are.</param>
    /// <param name="optimizer">What the library's step follows the gradient with; SGD if not given. By hand it is always SGD.</param>
    /// <param name="taught">Whether the library's step finds the teacher's outputs ready, as from a cache. By hand the teacher is always in the loop.</param>
    public Contest(Size size, IOptimizerStrategy? optimizer = null, bool taught = false)
    {
        const long samples = 6400;
        torch.manual_seed(2);
        (_inputs, _labels) = (torch.randn(samples, 784), torch.randint(0, 10, samples, torch.ScalarType.Int64));
        _data = new TensorData(_inputs, _labels);
        _order = torch.randperm(samples, torch.ScalarType.Int64);
        _hand = new ByHand(size);
        Sequential teacher = Own(Networks.Of(size).Teacher);
        _said = Said(teacher);
        _step = new DistillationStep(
            taught ? Teacher.From((Batch batch) => _said.index_select(0, batch.Indices)) : Teacher.From(teacher),
            new Learner(Student.From(Own(Networks.Of(size).Student)), Loss(), optimizer ?? new Sgd(0.01)));
        using (torch.NewDisposeScope())
        {
            _step.Prepare(_data.Read(_order.narrow(0, 0, BatchSize)));
        }

        _trainer = new DistillationTrainer(
            Teacher.From(Own(Networks.Of(size).Teacher)), Student.From(Own(Networks.Of(size).Student)), Loss(), new TrainerOptions { Epochs = 1, BatchSize = BatchSize, Optimizer = new Sgd(0.01) });
        _loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(_inputs, _labels), BatchSize, shuffle: true);
    }

    /// <summary>A step of the library: read, predict, learn, update.</summary>
    public void LibraryStep()
    {
        using var scope = torch.NewDisposeScope();
        _step.Learn(_data.Read(Next()), default);
        ((ITrainingStep)_step).Update(default);
    }

    /// <summary>The same step by hand.</summary>
    public void HandStep()
    {
        using var scope = torch.NewDisposeScope();
        Tensor indices = Next();
        _hand.Step(_inputs.index_select(0, indices), _labels.index_select(0, indices));
    }

    /// <summary>An epoch of the library.</summary>
    public void LibraryEpoch() => _trainer.Fit(_data);

    /// <summary>An epoch by hand over TorchSharp's data loader.</summary>
    public void LoaderEpoch()
    {
        foreach (IList<Tensor> batch in _loader)
        {
            using var scope = torch.NewDisposeScope();
            _hand.Step(batch[0], batch[1]);
        }
    }

    public void Dispose()
    {
        _loader.Dispose();
        _step.Dispose();
        _hand.Dispose();
        _owned.ForEach(owned => owned.Dispose());
        _order.Dispose();
        _said.Dispose();
        _inputs.Dispose();
        _labels.Dispose();
    }

    private static LossSum Loss() => (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());

    private Tensor Said(Sequential teacher)
    {
        using var noGradient = torch.no_grad();
        return teacher.call(_inputs);
    }

    private Tensor Next()
    {
        _next = (_next + BatchSize) % (_order.size(0) - BatchSize);
        return _order.narrow(0, _next, BatchSize);
    }

    private Sequential Own(Sequential network)
    {
        _owned.Add(network);
        return network;
    }
}
