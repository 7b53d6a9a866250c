using Distillation.Losses;

namespace Distillation.Benchmarks;

/// <summary>The value and the gradient at the logits of one loss, in closed form and from the graph.</summary>
public sealed class LossContest : IDisposable
{
    private const int Samples = 64;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly IDistillationLoss _loss;
    private readonly Tensor _student;
    private readonly DistillationContext _context;

    public LossContest(string loss, long classes)
    {
        _loss = Losses[loss]();
        torch.manual_seed(3);
        _student = torch.randn(Samples, classes, requires_grad: true);
        var batch = new Batch(torch.zeros(Samples, 1), torch.randint(0, classes, Samples, torch.ScalarType.Int64), torch.arange(Samples, torch.ScalarType.Int64));
        _context = new DistillationContext(new ModelOutput(_student), new ModelOutput(torch.randn(Samples, classes)), batch);
    }

    /// <summary>Gets every loss with a closed form, and a sum of two.</summary>
    public static IReadOnlyDictionary<string, Func<IDistillationLoss>> Losses { get; } = new Dictionary<string, Func<IDistillationLoss>>
    {
        ["SoftTarget"] = () => new SoftTargetLoss(),
        ["HardLabel"] = () => new HardLabelLoss(),
        ["SoftCrossEntropy"] = () => new SoftCrossEntropyLoss(),
        ["LogitMse"] = () => new LogitMseLoss(),
        ["0.9 SoftTarget + 0.1 HardLabel"] = () => (0.9 * new SoftTargetLoss()) + (0.1 * new HardLabelLoss()),
    };

    /// <summary>Value and gradient together, without a graph.</summary>
    public void ClosedForm()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        _loss.ClosedForm!.Compute(_context);
    }

    /// <summary>The value, and the gradient by walking its graph back.</summary>
    public void Graph()
    {
        using var scope = torch.NewDisposeScope();
        _loss.Compute(_context).backward();
        _student.grad = null;
    }

    public void Dispose() => _scope.Dispose();
}
