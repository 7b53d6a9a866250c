using Distillation.Data;
using Distillation.Losses;

namespace Distillation.Benchmarks;

/// <summary>An epoch over samples on the disk, in several ways of reading them, and over the same samples in memory.</summary>
public sealed class ReadingContest : IDisposable
{
    private const int Samples = 20_000;

    private readonly string _path = Path.GetTempFileName();
    private readonly TensorData _memory;
    private readonly TensorFile _file;
    private readonly ITeacher _teacher;

    public ReadingContest()
    {
        torch.manual_seed(2);
        _memory = new TensorData(torch.randn(Samples, 784), torch.randint(0, 10, Samples, torch.ScalarType.Int64));
        _memory.Save(_path);
        _file = TensorFile.Open(_path);
        _teacher = Teacher.From(Networks.Of(Size.Small).Teacher);
        InMemory = Epoch(_memory, new());
        FromDisk = new Dictionary<string, Action>
        {
            ["shuffled"] = Epoch(_file, new()),
            ["shuffled, read ahead"] = Epoch(_file, new() { Prefetch = 2 }),
            ["blocks"] = Epoch(_file, new() { Order = SampleOrder.Blocks }),
            ["blocks, read ahead"] = Epoch(_file, new() { Order = SampleOrder.Blocks, Prefetch = 2 }),
        };
    }

    public Action InMemory { get; }

    public IReadOnlyDictionary<string, Action> FromDisk { get; }

    public void Dispose()
    {
        _teacher.Dispose();
        _file.Dispose();
        _memory.Inputs.Dispose();
        _memory.Labels!.Dispose();
        File.Delete(_path);
    }

    private Action Epoch(IDataSource data, TrainerOptions options)
    {
        var trainer = new DistillationTrainer(
            _teacher,
            Student.From(Networks.Of(Size.Small).Student),
            (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss()),
            options with { Epochs = 1 });
        return () => trainer.Fit(data);
    }
}
