using Distillation.Losses;
using Distillation.Models;

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
        var batch = new Batch(torch.zeros(Samples, 1), Labels(classes), torch.arange(Samples, torch.ScalarType.Int64));
        _context = new DistillationContext(new ModelOutput(_student), Teacher(batch, torch.randn(Samples, classes)), batch);
    }

    /// <summary>Gets every loss with a closed form, and a sum of two.</summary>
    public static IReadOnlyDictionary<string, Func<IDistillationLoss>> Losses { get; } = new Dictionary<string, Func<IDistillationLoss>>
    {
        ["SoftTarget"] = () => new SoftTargetLoss(),
        ["HardLabel"] = () => new HardLabelLoss(),
        ["HardLabel, smoothed"] = () => new HardLabelLoss { LabelSmoothing = 0.1 },
        ["0.9 SoftTarget + 0.1 HardLabel"] = () => (0.9 * new SoftTargetLoss()) + (0.1 * new HardLabelLoss()),
        ["SoftCrossEntropy"] = () => new SoftCrossEntropyLoss(),
        ["LogitMse"] = () => new LogitMseLoss(),
        ["LogitL1"] = () => new LogitL1Loss(),
        ["Decoupled"] = () => new DecoupledLoss(),
        ["NormalizedTarget"] = () => new NormalizedTargetLoss(),
        ["JensenShannon, β = 0"] = () => new JensenShannonLoss(0),
        ["JensenShannon, β = 0.5"] = () => new JensenShannonLoss(),
        ["JensenShannon, β = 1"] = () => new JensenShannonLoss(1),
        ["SkewDivergence"] = () => new SkewDivergenceLoss(),
        ["SkewReverseDivergence"] = () => new SkewReverseDivergenceLoss(),
        ["TotalVariation"] = () => new TotalVariationLoss(),
        ["TeacherFree"] = () => new TeacherFreeLoss(),
        ["TopKHinge"] = () => new TopKHingeLoss(),
        ["TopKLogistic"] = () => new TopKLogisticLoss(),
        ["SparseTarget"] = () => new SparseTargetLoss(),
        ["SparseTarget, one bucket"] = () => new SparseTargetLoss(missing: MissingProbability.OneBucket),
        ["BinarySoftTarget"] = () => new BinarySoftTargetLoss(),
        ["BinaryLabel"] = () => new BinaryLabelLoss(),
        ["TargetMse"] = () => new TargetMseLoss(),
        ["BoundedRegression"] = () => new BoundedRegressionLoss(),
        ["AttentiveImitation"] = () => new AttentiveImitationLoss(),
        ["AdaptiveWeight of SoftTarget"] = () => new AdaptiveWeightLoss(new SoftTargetLoss(), RowMeasure.TeacherConfidence),
        ["AdaptiveTemperature of SoftTarget"] = () => new AdaptiveTemperatureLoss(new SoftTargetLoss(1), RowMeasure.TeacherConfidence),
        ["Curriculum of SoftTarget"] = () => new CurriculumLoss(new SoftTargetLoss(), RowMeasure.TeacherCrossEntropy),
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

    // Class ids; or of a loss that reads a number for each output, ones and zeros.
    private Tensor Labels(long classes) => _loss is BinaryLabelLoss or TargetMseLoss or BoundedRegressionLoss or AttentiveImitationLoss
        ? torch.randint(0, 2, [Samples, classes]).to(torch.ScalarType.Float32)
        : torch.randint(0, classes, Samples, torch.ScalarType.Int64);

    private ModelOutput Teacher(Batch batch, Tensor logits)
    {
        using var likeliest = new TopKTeacher(Distillation.Teacher.From(_ => logits), 5);
        return _loss is SparseTargetLoss ? likeliest.Predict(batch, _loss.Features.Teacher) : new(logits);
    }
}
