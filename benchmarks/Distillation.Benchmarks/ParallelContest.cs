using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>Eight trainings, one after the other or several at once: the same bits.</summary>
internal sealed class ParallelContest : IDisposable
{
    private const int Trainings = 8;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data;
    private readonly Size _size;
    private double[]? _sums;

    public ParallelContest(Size size)
    {
        torch.manual_seed(2);
        _size = size;
        _data = new TensorData(torch.randn(1280, 784), torch.randint(0, 10, 1280, torch.ScalarType.Int64));
    }

    public void OneByOne() => Train(parallelism: 1);

    public void Together() => Train(Environment.ProcessorCount);

    public void Dispose() => _scope.Dispose();

    private void Train(int parallelism)
    {
        double[] sums = [.. ParallelTrainings.Run(Trainings, parallelism, (number, stop) =>
        {
            (Sequential Teacher, Sequential Student) networks = ParallelTrainings.Seeded(number, () => Networks.Of(_size));
            using Sequential teaching = networks.Teacher;
            using Sequential student = networks.Student;
            using ITeacher teacher = Teacher.From(teaching);
            var options = new TrainerOptions { Epochs = 3, Seed = number, Optimizer = new SgdOptimizer(0.01) };
            _ = new DistillationTrainer(teacher, Student.From(student), new SoftTargetLoss(4), options).Fit(_data, cancellationToken: stop);
            return student.parameters().Sum(parameter => parameter.sum().item<float>());
        })];
        _sums ??= sums;
        if (!sums.SequenceEqual(_sums))
        {
            throw new InvalidOperationException("Trainings at once have other bits than one after the other.");
        }
    }
}
