using System.Globalization;
using System.Runtime.InteropServices;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>The gradients of a student of many classes, [512, 256] hidden states and 32 000 classes, with head and loss as one and from the graph.</summary>
public sealed class HeadContest : IDisposable
{
    private const long Samples = 512;
    private const long Width = 256;
    private const long Classes = 32_000;
    private const double Temperature = 4;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential _student = Network(1);
    private readonly Sequential _teacher = Network(2);
    private readonly Batch _batch;
    private readonly ITeacher _taught;
    private readonly DistillationScheme _scheme;
    private readonly Func<Tensor, Tensor> _loss;

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    public HeadContest(string kind)
    {
        torch.manual_seed(3);
        Tensor labels = torch.randint(0, Classes, Samples, torch.ScalarType.Int64);
        _batch = new Batch(torch.randn(Samples, Width), labels, torch.arange(Samples, torch.ScalarType.Int64));
        ModelOutput known = Known();
        _taught = kind == Kinds[1] ? Teacher.From(_teacher).WithFusedHead() : new Recorded(known);
        LossSum loss = kind == Kinds[2]
            ? (0.9 * new SparseTargetLoss(missing: MissingProbability.OneBucket)) + (0.1 * new HardLabelLoss())
            : (0.9 * new SoftTargetLoss(Temperature)) + (0.1 * new HardLabelLoss());
        _loss = kind == Kinds[2]
            ? logits => loss.Compute(new DistillationContext(new ModelOutput(logits), known, _batch))
            : logits => ByHand(logits, kind == Kinds[1] ? Predict() : known.Logits);
        _scheme = new DistillationScheme(_taught, new Learner(Student.From(_student).WithFusedHead(), loss, new SgdOptimizer(0.01)));
        using (torch.NewDisposeScope())
        {
            _scheme.Prepare(_batch);
        }

        Fused();
    }

    /// <summary>Gets what the teacher is.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["logits of the teacher", "hidden states and head of the teacher", "16 likeliest classes and the rest"];

    /// <summary>Loss and gradients by parts of the batch.</summary>
    public void Fused()
    {
        using var scope = torch.NewDisposeScope();
        _scheme.AccumulateGradients(_batch, default);
        DropGradients();
    }

    /// <summary>Loss and gradients from the graph, of all logits.</summary>
    public void Graph()
    {
        using var scope = torch.NewDisposeScope();
        _loss(_student.call(_batch.Inputs)).backward();
        DropGradients();
    }

    /// <summary>Measures by how much the resident set grows at most while an action runs.</summary>
    /// <returns>Bytes; 0 where the system does not tell.</returns>
    public static double Peak(Action action)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = Trim(0);
        File.WriteAllText("/proc/self/clear_refs", "5");
        double before = Status("VmRSS");
        action();
        return Status("VmHWM") - before;
    }

    public void Dispose()
    {
        _scheme.Dispose();
        _taught.Dispose();
        _student.Dispose();
        _teacher.Dispose();
        _scope.Dispose();
    }

    private static Sequential Network(int seed)
    {
        torch.manual_seed(seed);
        return Sequential(Linear(Width, Width), Linear(Width, Classes));
    }

    private Tensor ByHand(Tensor logits, Tensor taught) =>
        (0.9 * Temperature * Temperature / Samples * functional.kl_div(
            functional.log_softmax(logits / Temperature, 1), functional.softmax(taught / Temperature, 1), log_target: false, reduction: Reduction.Sum))
        + (0.1 * functional.cross_entropy(logits, _batch.Labels!));

    private Tensor Predict()
    {
        using var noGradient = torch.no_grad();
        return _teacher.call(_batch.Inputs);
    }

    private ModelOutput Known()
    {
        using var likeliest = new TopKTeacher(Teacher.From(_teacher), 16);
        return likeliest.Predict(_batch, FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities));
    }

    private void DropGradients()
    {
        foreach (Parameter parameter in _student.parameters())
        {
            parameter.grad = null;
        }
    }

    private static double Status(string name) => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Trim(nuint pad);

    private sealed class Recorded(ModelOutput output) : ITeacher
    {
        public ModelOutput Predict(Batch batch, FeatureSet features) =>
            new(output.Logits.alias(), features.ToDictionary(feature => feature, feature => output[feature].alias()));
    }
}
