using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Mpi.Worker;

/// <summary>A run with checkpoints, dropout and validation, which a fault may end. Writes <c>trained|rank|status|step|weights</c>.</summary>
internal static class TrainCommand
{
    private const int Features = 6;

    public static int Run(string directory, double dropout, Fault? fault)
    {
        using MpiEnvironment mpi = MpiEnvironment.Start(new() { Timeout = TimeSpan.FromSeconds(4) });
        torch.manual_seed(1);
        var student = Sequential(("in", Linear(Features, 16)), ("act", ReLU()), ("drop", Dropout(dropout)), ("out", Linear(16, 3)));
        using ITeacher teacher = Teacher.From(Sequential(("in", Linear(Features, 32)), ("act", ReLU()), ("out", Linear(32, 3))));
        TensorData train = Data(48);
        TensorData validation = Data(20);
        var options = new TrainerOptions
        {
            Epochs = 4,
            BatchSize = 8,
            Seed = 5,
            Optimizer = new AdamWOptimizer(0.01),
            Checkpoints = new(directory) { EverySteps = 5 },
            Ranks = mpi.Ranks,
        };
        IDataSource source = fault is not null && fault.Rank == mpi.Ranks.Rank ? new FaultySource(train, fault) : train;
        TrainingResult result = new DistillationTrainer(teacher, Student.From(student), (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()), options)
            .Fit(source, validation);
        Line.Write("trained", mpi.Ranks.Rank, result.Status, result.Position.Step, Line.Weights(student));
        return 0;
    }

    private static TensorData Data(long samples) => new(torch.randn(samples, Features), torch.randint(0, 3, [samples], torch.ScalarType.Int64));

    // The first read comes before the run, to prepare it; then each batch is read by an update.
    private sealed class FaultySource(TensorData data, Fault fault) : IDataSource
    {
        private long _reads;

        public long Count => data.Count;

        public Batch Read(Tensor indices)
        {
            if (_reads++ == fault.Step + 1)
            {
                fault.Happen();
            }

            return data.Read(indices);
        }
    }
}
