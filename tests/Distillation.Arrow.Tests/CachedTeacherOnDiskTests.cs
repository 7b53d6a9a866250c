using Distillation.Caching;
using Distillation.Losses;
using Distillation.Tests;
using TorchSharp.Modules;

namespace Distillation.Arrow.Tests;

public sealed class CachedTeacherOnDiskTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(SampleOrder.Sequential)]
    [InlineData(SampleOrder.Shuffled)]
    public void Training_from_the_disk_ends_with_the_bits_of_the_teacher_in_the_loop(SampleOrder order)
    {
        using Sequential network = Network(128);
        using ITeacher teacher = Teacher.From(network);
        using var data = new TensorData(torch.randn(100, 64), torch.randint(0, 10, 100, torch.ScalarType.Int64));
        float[] live = Train(teacher, data, order);

        using (ArrowOutputStore store = ArrowOutputStore.Open(_directory, data.Count, teacher.Fingerprint()!))
        using (var cached = new CachedTeacher(teacher, store))
        {
            cached.Fill(data, batchSize: 32);
        }

        using ArrowOutputStore again = ArrowOutputStore.Open(_directory, data.Count, teacher.Fingerprint()!);
        using var recorded = new CachedTeacher(new NoTeacher(), again);
        float[] fromDisk = Train(recorded, data, order);

        // Of shuffled data only where the place of a sample in a batch does not matter.
        if (order == SampleOrder.Sequential || Rounding.IsAlikeAtEveryPlace(teacher, data.Inputs, 32))
        {
            fromDisk.Should().Equal(live);
        }

        fromDisk.Zip(live, (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Lists_of_classes_are_made_of_the_logits_of_any_teacher()
    {
        using Sequential network = Network(8);
        using ITeacher teacher = Teacher.From(network);
        using var data = new TensorData(torch.randn(20, 64));
        using ArrowOutputStore store = ArrowOutputStore.Open(
            _directory, data.Count, teacher.Fingerprint()!, new ArrowStoreOptions { Representation = OutputRepresentation.TopK(3) });
        using var cached = new CachedTeacher(teacher, store);
        Batch batch = data.Read(torch.tensor([4L, 7]));

        ModelOutput output = cached.Predict(batch, FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities));

        Tensor expected = teacher.Predict(batch, FeatureSet.None).Logits.topk(3, 1).indexes;
        output[SparseTargetLoss.Indices].eq(expected).all().item<bool>().Should().BeTrue();
    }

    private static Sequential Network(long hidden)
    {
        torch.manual_seed(3);
        return torch.nn.Sequential(("in", torch.nn.Linear(64, hidden)), ("act", torch.nn.ReLU()), ("out", torch.nn.Linear(hidden, 10)));
    }

    private static float[] Train(ITeacher teacher, IDataSource data, SampleOrder order)
    {
        using Sequential student = Network(16);
        new DistillationTrainer(
            teacher,
            Student.From(student),
            (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()),
            new TrainerOptions { Epochs = 3, BatchSize = 32, Order = order, Optimizer = new SgdOptimizer(0.1) }).Fit(data);
        return [.. student.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
    }

    private sealed class NoTeacher : ITeacher
    {
        public ModelOutput Predict(Batch batch, FeatureSet features) => throw new InvalidOperationException("All outputs are recorded.");
    }
}
