using Distillation.Losses;
using Distillation.Training;

namespace Distillation.Benchmarks;

/// <summary>
/// The step of a residual student of 0.27 M parameters with a teacher of 2.4 M, 28×28 images, batches of 64, SGD with momentum: with each of the options that
/// change layout or precision.
/// </summary>
public sealed class ConvolutionContest : IDisposable
{
    /// <summary>The step that the others are compared with.</summary>
    public const string Baseline = "teacher in the loop";

    private const int BatchSize = 64;
    private const int Samples = 256;

    private readonly List<IDisposable> _owned = [];
    private readonly TensorData _data;
    private readonly Tensor _precomputed;
    private long _next;

    public ConvolutionContest()
    {
        torch.manual_seed(2);
        _data = new TensorData(Own(torch.randn(Samples, 1, 28, 28)), Own(torch.randint(0, 10, Samples, torch.ScalarType.Int64)));
        _precomputed = Own(torch.randn(Samples, 10));
        Steps = new Dictionary<string, Action>
        {
            [Baseline] = Step(Live(), NewStudent()),
            ["teacher channels-last"] = Step(Live().ChannelsLast(), NewStudent()),
            ["teacher in bfloat16"] = Step(Own(Teacher.InBFloat16(Own(new ResidualNetwork(48)))), NewStudent()),
            ["teacher in bfloat16, channels-last"] = Step(Own(Teacher.InBFloat16(Own(new ResidualNetwork(48)))).ChannelsLast(), NewStudent()),
            ["precomputed logits"] = Step(Precomputed(), NewStudent()),
            ["precomputed logits, student channels-last"] = Step(Precomputed(), NewStudent().ChannelsLast()),
            ["precomputed logits, student in bfloat16"] = Step(Precomputed(), NewStudent().InBFloat16()),
            ["precomputed logits, student in bfloat16, channels-last"] = Step(Precomputed(), NewStudent().InBFloat16().ChannelsLast()),
            ["teacher and student in bfloat16, channels-last"] = Step(
                Own(Teacher.InBFloat16(Own(new ResidualNetwork(48)))).ChannelsLast(), NewStudent().InBFloat16().ChannelsLast()),
        };
    }

    /// <summary>Gets one training step of each kind: read, predict, learn, update.</summary>
    public IReadOnlyDictionary<string, Action> Steps { get; }

    public void Dispose()
    {
        // The steps before the models: they let go of the gradients.
        _owned.Reverse();
        _owned.ForEach(owned => owned.Dispose());
    }

    private ITeacher Live() => Own(Teacher.From(Own(new ResidualNetwork(48))));

    private ITeacher Precomputed() => Own(Teacher.From((Batch batch) => _precomputed.index_select(0, batch.Indices)));

    private IStudent NewStudent() => Own(Student.From(Own(new ResidualNetwork(16))));

    private Action Step(ITeacher teacher, IStudent student)
    {
        student.Module.train();
        LossSum loss = (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());
        DistillationScheme step = Own(new DistillationScheme(teacher, new Learner(student, loss, new SgdOptimizer(0.01) { Momentum = 0.9 })));
        using (torch.NewDisposeScope())
        {
            step.Prepare(NextBatch());
        }

        return () =>
        {
            using var scope = torch.NewDisposeScope();
            step.AccumulateGradients(NextBatch(), default);
            ((ITrainingScheme)step).Update(default);
        };
    }

    private Batch NextBatch()
    {
        _next = (_next + BatchSize) % Samples;
        return _data.Read(torch.arange(_next, _next + BatchSize, torch.ScalarType.Int64));
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
