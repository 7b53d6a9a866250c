using Distillation.Caching;
using Distillation.Losses;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>The same run with a checkpoint every hundred steps and without.</summary>
internal sealed class CheckpointContest : IDisposable
{
    private const long Samples = 6400;
    private const int Epochs = 40;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;
    private readonly ITeacher _live;
    private readonly ITeacher _teacher;
    private readonly Sequential _student;

    public CheckpointContest(bool cached)
    {
        torch.manual_seed(2);
        (Sequential taught, _student) = Networks.Of(Size.Small);
        _data = new TensorData(torch.randn(Samples, 784), torch.randint(0, 10, Samples, torch.ScalarType.Int64));
        _live = Teacher.From(taught);
        _teacher = cached ? new CachedTeacher(_live, Samples) : _live;
    }

    public void With() => Fit(new(Path.Combine(_folder.FullName, Guid.NewGuid().ToString())) { EverySteps = 100, AtEpochEnds = false });

    public void Without() => Fit(null);

    public void Dispose()
    {
        _teacher.Dispose();
        _live.Dispose();
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Fit(CheckpointOptions? checkpoints) =>
        new DistillationTrainer(_teacher, Student.From(_student), (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss()), new TrainerOptions
        {
            Epochs = Epochs,
            BatchSize = 64,
            Optimizer = new SgdOptimizer(0.01),
            Checkpoints = checkpoints,
        }).Fit(_data);
}
