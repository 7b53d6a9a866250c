using Distillation.Caching;
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
    private readonly Tensor[] _products;
    private readonly ByHand _hand;
    private readonly DistillationScheme _step;
    private readonly DistillationTrainer _trainer;
    private readonly IterableDataLoader _loader;
    private readonly List<IDisposable> _owned = [];
    private long _next;

    /// <summary>Puts both sides together.</summary>
    /// <param name="size">How large teacher and student are.</param>
    /// <param name="optimizer">What the library's step follows the gradient with; SGD if not given. By hand it is always SGD.</param>
    /// <param name="cached">Whether the library asks a cache that is full. By hand the teacher is always in the loop.</param>
    public Contest(Size size, IOptimizerStrategy? optimizer = null, bool cached = false)
    {
        const long samples = 6400;
        torch.manual_seed(2);
        (_inputs, _labels) = (torch.randn(samples, 784), torch.randint(0, 10, samples, torch.ScalarType.Int64));
        _data = new TensorData(_inputs, _labels);
        _order = torch.randperm(samples, torch.ScalarType.Int64);
        _hand = new ByHand(size);
        ITeacher teacher = Own(Teacher.From(Own(Networks.Of(size).Teacher)));
        if (cached)
        {
            CachedTeacher cache = Own(new CachedTeacher(teacher, samples));
            cache.Fill(_data);
            teacher = cache;
        }

        Sequential student = Own(Networks.Of(size).Student);
        _products =
        [
            Own(torch.randn(BatchSize, 784)),
            .. student.parameters().Where(parameter => parameter.dim() == 2).Select(parameter => Own(parameter.detach().clone())),
        ];
        optimizer ??= new SgdOptimizer(0.01);
        _step = new DistillationScheme(teacher, new Learner(Student.From(student), Loss(), optimizer));
        using (torch.NewDisposeScope())
        {
            _step.Prepare(_data.Read(_order.narrow(0, 0, BatchSize)));
        }

        _trainer = new DistillationTrainer(
            teacher, Student.From(Own(Networks.Of(size).Student)), Loss(), new TrainerOptions { Epochs = 1, BatchSize = BatchSize, Optimizer = optimizer });
        _loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(_inputs, _labels), BatchSize, shuffle: true);
    }

    /// <summary>A step of the library: read, predict, learn, update.</summary>
    public void LibraryStep()
    {
        using var scope = torch.NewDisposeScope();
        _step.AccumulateGradients(_data.Read(Next()), default);
        ((ITrainingScheme)_step).Update(default);
    }

    /// <summary>The same step by hand.</summary>
    public void HandStep()
    {
        using var scope = torch.NewDisposeScope();
        Tensor indices = Next();
        _hand.Step(_inputs.index_select(0, indices), _labels.index_select(0, indices));
    }

    /// <summary>The matrix products of the student's forward and backward pass, and nothing else: no step can be faster.</summary>
    public void StudentProducts()
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] layers = [_products[0], .. new Tensor[_products.Length - 1]];
        for (int layer = 1; layer < layers.Length; layer++)
        {
            layers[layer] = layers[layer - 1].matmul(_products[layer].t());
        }

        Tensor gradient = layers[^1];
        for (int layer = layers.Length - 1; layer > 0; layer--)
        {
            _ = gradient.t().matmul(layers[layer - 1]);
            gradient = layer == 1 ? gradient : gradient.matmul(_products[layer]);
        }
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
        _owned.Reverse();
        _owned.ForEach(owned => owned.Dispose());
        _order.Dispose();
        _inputs.Dispose();
        _labels.Dispose();
    }

    private static LossSum Loss() => (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());

    private Tensor Next()
    {
        _next = (_next + BatchSize) % (_order.size(0) - BatchSize);
        return _order.narrow(0, _next, BatchSize);
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
