using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses;

/// <summary>A student and a teacher that say what a loss asks for: their outputs are tensors that a test can move.</summary>
internal sealed class ZooModels : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Holder _module = new();
    private readonly Tensor? _labels;
    private readonly Dictionary<Feature, Tensor> _teacherLayers;
    private (Tensor Live, Tensor Kept)[]? _memory;

    public ZooModels(
        IDistillationLoss loss,
        long samples = 6,
        long classes = LossZoo.Width,
        torch.ScalarType dtype = torch.ScalarType.Float64,
        int seed = 1,
        bool labels = true,
        long[]? layerShape = null,
        double confidence = 0)
    {
        Loss = loss;
        TeacherLogits = Confident(Logits(loss, samples, classes, seed), LossZoo.Labels(loss, samples, classes), confidence).to(dtype);
        StudentLogits = Parameter(Logits(loss, samples, classes, seed + 1).to(dtype));
        StudentLayers = loss.Features.Student.OrderBy(feature => feature.Path)
            .Select((feature, i) => (feature, Parameter(Layer(samples, seed + 10 + i, layerShape).to(dtype))))
            .ToDictionary();
        Dictionary<Feature, Tensor> layers = loss.Features.Teacher.OrderBy(feature => feature.Path)
            .Select((feature, i) => (feature, Layer(samples, seed + 30 + i, layerShape).to(dtype)))
            .ToDictionary();
        ModelOutput teacher = LossZoo.Teacher(loss, TeacherLogits, layers);
        _teacherLayers = teacher.Features.ToDictionary(feature => feature, feature => teacher[feature]);
        _labels = labels ? LossZoo.Labels(loss, samples, classes) : null;
        _module.register_parameter("logits", StudentLogits);
        foreach ((Feature feature, Parameter layer) in StudentLayers)
        {
            _module.register_parameter($"layer_{feature.Path}", layer);
        }
    }

    public IDistillationLoss Loss { get; }

    public Parameter StudentLogits { get; }

    public Tensor TeacherLogits { get; }

    public Dictionary<Feature, Parameter> StudentLayers { get; }

    public IReadOnlyDictionary<Feature, Tensor> TeacherLayers => _teacherLayers;

    public IStudent Student => new FixedStudent(this);

    public ITeacher Teacher => new FixedTeacher(this);

    /// <summary>All that the student says, by name.</summary>
    public IEnumerable<(string Name, Parameter Tensor)> Outputs =>
        StudentLayers.Select(layer => (layer.Key.Path, layer.Value)).Prepend(("logits", StudentLogits));

    public IEnumerable<(string Name, Parameter Tensor)> Own => Loss.Module?.named_parameters().Where(parameter => parameter.parameter.requires_grad) ?? [];

    public Batch Batch => new(
        torch.zeros(StudentLogits.size(0), 1), _labels, torch.arange(StudentLogits.size(0), torch.ScalarType.Int64));

    public DistillationContext Context => new(
        new ModelOutput(StudentLogits, StudentLayers.ToDictionary(layer => layer.Key, layer => (Tensor)layer.Value)),
        new ModelOutput(TeacherLogits, _teacherLayers),
        Batch,
        new TrainingPosition(3, 30, 100, 10));

    /// <summary>Sizes the loss, from the same chance each time.</summary>
    public ZooModels Prepare()
    {
        using var noGradient = torch.no_grad();
        torch.manual_seed(7);
        Loss.Prepare(Context);
        return this;
    }

    /// <summary>The loss as a function of what the student says: the same chance, and the same memory, at each call.</summary>
    /// <remarks>The memory is brought back before a call, not after it: the graph of a call may still need what the call left.</remarks>
    public Tensor Compute()
    {
        _memory ??= [.. Loss.Module?.buffers().Select(buffer => (buffer, buffer.clone())) ?? []];
        using (torch.no_grad())
        {
            Array.ForEach(_memory, buffer => buffer.Live.copy_(buffer.Kept));
        }

        torch.manual_seed(8);
        return Loss.Compute(Context);
    }

    /// <summary>Puts one number everywhere in all layers of both.</summary>
    public void FillLayers(double value)
    {
        using var noGradient = torch.no_grad();
        foreach (Tensor layer in StudentLayers.Values.Concat(_teacherLayers.Values))
        {
            layer.fill_(value);
        }
    }

    public void Dispose() => _scope.Dispose();

    private static Parameter Parameter(Tensor tensor) => new(tensor);

    private static Tensor Logits(IDistillationLoss loss, long samples, long classes, int seed)
    {
        long[] shape = LossZoo.Logits(loss, samples, classes);
        return Some.Inputs(samples, shape[1..].Aggregate(1L, (product, size) => product * size), seed, torch.ScalarType.Float64).view(shape);
    }

    // The logits of the labels are so much larger, where the labels are class ids of samples.
    private static Tensor Confident(Tensor logits, Tensor labels, double confidence) =>
        confidence == 0 || labels.dim() != 1 || logits.dim() != 2
            ? logits
            : logits + (confidence * functional.one_hot(labels, logits.size(1)).to(logits.dtype));

    private static Tensor Layer(long samples, int seed, long[]? shape)
    {
        shape ??= [LossZoo.Width, LossZoo.Width, LossZoo.Width];
        return Some.Inputs(samples, shape.Aggregate(1L, (product, size) => product * size), seed, torch.ScalarType.Float64).view([samples, .. shape]);
    }

    private sealed class Holder() : Module(nameof(Holder));

    private sealed class FixedStudent(ZooModels models) : IStudent
    {
        public Module Module => models._module;

        public ModelOutput Forward(Batch batch, FeatureSet features) =>
            new(models.StudentLogits * 1, models.StudentLayers.ToDictionary(layer => layer.Key, layer => layer.Value * 1));
    }

    private sealed class FixedTeacher(ZooModels models) : ITeacher
    {
        public ModelOutput Predict(Batch batch, FeatureSet features) =>
            new(models.TeacherLogits.alias(), models._teacherLayers.ToDictionary(layer => layer.Key, layer => layer.Value.alias()));
    }
}
