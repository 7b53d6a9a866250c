using static TorchSharp.torch.nn;

namespace Distillation.Testing;

/// <summary>A loss with a student and a teacher whose outputs are tensors that a check can move.</summary>
internal sealed class LossProbe : IDisposable
{
    private readonly Holder _module = new();
    private readonly LossCheckOptions _options;
    private readonly Dictionary<Feature, Tensor> _layers;
    private Dictionary<Feature, Tensor> _teacherLayers = [];
    private (Tensor Live, Tensor Kept)[]? _memory;

    public LossProbe(
        IDistillationLoss loss,
        LossCheckOptions options,
        torch.ScalarType dtype = torch.ScalarType.Float64,
        long? samples = null,
        long? classes = null,
        Action<LossProbe>? fill = null)
    {
        Loss = loss;
        _options = options;
        (Samples, Classes) = (samples ?? options.Samples, classes ?? options.Classes);
        int seed = options.Seed;
        long[] logits = options.ShapeOfLogits(Samples, Classes);
        TeacherLogits = Random(logits, seed).to(dtype);
        StudentLogits = new Parameter(Random(logits, seed + 1).to(dtype));
        StudentLayers = loss.Features.Student.OrderBy(feature => feature.Path, StringComparer.Ordinal)
            .Select((feature, i) => (feature, new Parameter(
                Random(LossCheckOptions.ShapeOfLayer(options.StudentLayers, feature, Samples), seed + 10 + i).to(dtype))))
            .ToDictionary();
        _layers = loss.Features.Teacher.OrderBy(feature => feature.Path, StringComparer.Ordinal)
            .Select((feature, i) => (feature, Random(LossCheckOptions.ShapeOfLayer(options.TeacherLayers, feature, Samples), seed + 30 + i).to(dtype)))
            .ToDictionary();
        Labels = options.Labels is { } create ? create(Samples, Classes) : ClassIds(seed + 2);
        _module.register_parameter("logits", StudentLogits);
        foreach ((Feature feature, Parameter layer) in StudentLayers)
        {
            // A path has dots, and a name of a parameter must not.
            _module.register_parameter($"layer_{feature.Path.Replace('.', '_')}", layer);
        }

        using (torch.no_grad())
        {
            Predict();
            fill?.Invoke(this);
            torch.manual_seed(7);
            Loss.Prepare(Context);
        }
    }

    public IDistillationLoss Loss { get; }

    public long Samples { get; }

    public long Classes { get; }

    public Tensor? Labels { get; }

    public Parameter StudentLogits { get; }

    public Tensor TeacherLogits { get; }

    public Dictionary<Feature, Parameter> StudentLayers { get; }

    public IReadOnlyDictionary<Feature, Tensor> TeacherLayers => _teacherLayers;

    public IStudent Student => new FixedStudent(this);

    public ITeacher Teacher => new FixedTeacher(this);

    /// <summary>All outputs of the student, by name.</summary>
    public IEnumerable<(string Name, Parameter Tensor)> Outputs =>
        StudentLayers.Select(layer => ($"the student's layer '{layer.Key}'", layer.Value)).Prepend(("the student's logits", StudentLogits));

    /// <summary>The trained parameters of the loss, by name.</summary>
    public IEnumerable<(string Name, Parameter Tensor)> Parameters =>
        Loss.Module?.named_parameters().Where(one => one.parameter.requires_grad).Select(one => ($"the parameter '{one.name}'", one.parameter)) ?? [];

    public Batch Batch => new(torch.zeros(Samples, 1), Labels, KeptAliveScalar.Arange(0, Samples));

    public DistillationContext Context => new(
        new ModelOutput(StudentLogits, StudentLayers.ToDictionary(layer => layer.Key, layer => (Tensor)layer.Value)),
        new ModelOutput(TeacherLogits, _teacherLayers),
        Batch,
        new TrainingPosition(3, 30, 100, 10));

    /// <summary>Computes the loss as a function of the outputs: with the same random numbers, and the same memory, at each call.</summary>
    /// <remarks>The memory is restored before a call, not after it: the graph of a call may need what the call left.</remarks>
    public Tensor Compute(DistillationContext? context = null)
    {
        _memory ??= [.. Loss.Module?.buffers().Select(buffer => (buffer, buffer.clone())) ?? []];
        using (torch.no_grad())
        {
            Array.ForEach(_memory, buffer => buffer.Live.copy_(buffer.Kept));
        }

        torch.manual_seed(8);
        return Loss.Compute(context ?? Context);
    }

    /// <summary>Computes what the teacher has beside its logits; called again where the logits change.</summary>
    public void Predict()
    {
        if (_options.WrapTeacher is null)
        {
            _teacherLayers = _layers;
            return;
        }

        using ITeacher teacher = _options.WrapTeacher(new LayerTeacher(this));
        ModelOutput output = teacher.Predict(Batch, Loss.Features.Teacher);
        _teacherLayers = output.Features.ToDictionary(feature => feature, feature => output[feature]);
    }

    public void Dispose() => _module.Dispose();

    private static Tensor Random(long[] shape, int seed)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randn(shape, torch.ScalarType.Float64, generator: generator);
    }

    private Tensor ClassIds(int seed)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randint(0, Classes, [Samples, .. _options.Places], torch.ScalarType.Int64, generator: generator);
    }

    private sealed class Holder() : Module(nameof(Holder));

    private sealed class FixedStudent(LossProbe probe) : IStudent
    {
        public Module Module => probe._module;

        public ModelOutput Forward(Batch batch, FeatureSet features) =>
            new(probe.StudentLogits.alias(), probe.StudentLayers.ToDictionary(layer => layer.Key, layer => layer.Value.alias()));
    }

    private sealed class FixedTeacher(LossProbe probe) : ITeacher
    {
        public ModelOutput Predict(Batch batch, FeatureSet features) =>
            new(probe.TeacherLogits.alias(), probe._teacherLayers.ToDictionary(layer => layer.Key, layer => layer.Value.alias()));
    }

    // The teacher that is wrapped: it has the layers that the wrapper leaves to it.
    private sealed class LayerTeacher(LossProbe probe) : ITeacher
    {
        public ModelOutput Predict(Batch batch, FeatureSet features) =>
            new(probe.TeacherLogits.alias(), features.ToDictionary(feature => feature, feature => probe._layers[feature].alias()));
    }
}
