using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

/// <summary>A student and a teacher whose outputs for a sample are its rows in tables: an update moves the rows by the gradient at them.</summary>
internal sealed class OutputTables : Module, IStudent, ITeacher
{
    public const long Samples = 6;
    public const long Places = 4;

    private readonly IDataSource _data;
    private readonly Dictionary<Feature, Tensor> _student = [];
    private readonly Dictionary<Feature, Tensor> _teacher = [];
    private readonly Feature _logits = "logits";

    public OutputTables(IDistillationLoss loss, IDataSource data, long[] logits, long[]? layer)
        : base(nameof(OutputTables))
    {
        _data = data;
        int seed = 0;
        Add(_student, _logits, logits, ref seed);
        Add(_teacher, _logits, logits, ref seed);
        foreach (Feature feature in loss.Features.Student)
        {
            Add(_student, feature, [logits[0], .. layer!], ref seed);
        }

        foreach (Feature feature in loss.Features.Teacher.Where(feature =>
            feature != SparseTargetLoss.Indices && feature != SparseTargetLoss.LogProbabilities))
        {
            Add(_teacher, feature, [logits[0], .. layer!], ref seed);
        }

        foreach ((Feature feature, Tensor table) in _student)
        {
            register_parameter(feature.Path.Replace('.', '_'), new Parameter(table));
        }
    }

    public Module Module => this;

    IReadOnlyCollection<Feature>? IStudent.AvailableFeatures => null;

    IReadOnlyCollection<Feature>? ITeacher.AvailableFeatures => null;

    /// <summary>Makes a student and a teacher for a loss of the zoo, with one label a sample.</summary>
    public static OutputTables Plain(IDistillationLoss loss)
    {
        Tensor inputs = torch.zeros([Samples, 1], torch.ScalarType.Float64);
        return new(loss, new TensorData(inputs, LossZoo.Labels(loss, Samples, LossZoo.Width)), LossZoo.Logits(loss, Samples, LossZoo.Width), [4, 4, 4]);
    }

    /// <summary>Returns whether a loss of the zoo has batch normalization, of which each part of a batch has statistics of its own.</summary>
    public static bool Normalizes(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        return models.Loss.Module?.modules().OfType<BatchNorm>().Any() == true;
    }

    /// <summary>Sizes what a loss learns, by the whole batch and the same numbers each time.</summary>
    public void Prepare(IDistillationLoss loss)
    {
        Batch batch = _data.Read(torch.arange(Samples, torch.ScalarType.Int64));
        torch.manual_seed(7);
        using var noGradient = torch.no_grad();
        loss.Prepare(new DistillationContext(Forward(batch, loss.Features.Student), TeacherOf(loss).Predict(batch, loss.Features.Teacher), batch));
    }

    public TrainingResult Fit(IDistillationLoss loss, TrainerOptions options) => new DistillationTrainer(TeacherOf(loss), this, loss, options).Fit(_data);

    public double[] Numbers() => [.. parameters().SelectMany(parameter => Close.Numbers(parameter))];

    public ModelOutput Forward(Batch batch, FeatureSet features) =>
        new(
            Rows(get_parameter("logits")!, batch),
            features.ToDictionary(feature => feature, feature => Rows(get_parameter(feature.Path.Replace('.', '_'))!, batch)));

    public ModelOutput Predict(Batch batch, FeatureSet features) =>
        new(Rows(_teacher[_logits], batch), features.ToDictionary(feature => feature, feature => Rows(_teacher[feature], batch)));

    public string? Fingerprint() => null;

    void IDisposable.Dispose()
    {
    }

    private static Tensor Rows(Tensor table, Batch batch) => table.index_select(0, batch.Indices);

    private static void Add(Dictionary<Feature, Tensor> tables, Feature feature, long[] shape, ref int seed)
    {
        Tensor table = Some.Inputs(shape[0], shape[1..].Aggregate(1L, (product, size) => product * size), ++seed, torch.ScalarType.Float64).view(shape);
        tables[feature] = shape is [_, 2, Places, Places] ? table.softmax(3) : table;
    }

    private ITeacher TeacherOf(IDistillationLoss loss) => loss.Features.Teacher.Contains(SparseTargetLoss.Indices) ? new TopKTeacher(this, 2) : this;
}
