using System.Globalization;
using Distillation;
using Distillation.Data;
using Distillation.Losses;
using Distillation.Mpi;
using Distillation.Training;
using static TorchSharp.torch.nn;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length > 1)
{
    Console.Error.WriteLine("""
        Trains a teacher on images of clothes, and distills a student from it, on all ranks of an MPI job or alone.
        Usage: [mpirun -n RANKS] dotnet MpiTraining.dll [CHECKPOINTS]
        CHECKPOINTS is a directory from which an interrupted distillation continues; it must be the same one for all ranks.
        """);
    return 2;
}

using MpiEnvironment mpi = MpiEnvironment.Start();
IRanks ranks = mpi.Ranks;
Write($"{ranks.Count} rank(s), {mpi.Library ?? "no MPI"}, {torch.get_num_threads()} thread(s) each");

// The same generator on every rank makes the same weights.
torch.manual_seed(1);
using Module<Tensor, Tensor> big = Network(32), small = Network(8);
using TensorData train = Read("train"), test = Read("t10k");
var options = new TrainerOptions { Epochs = 6, BatchSize = 64, Optimizer = new AdamWOptimizer(2e-3), Ranks = ranks };
TrainingResult taught = new SupervisedTrainer(Student.From(big), new HardLabelLoss(), options).Fit(train, test);
Write($"teacher: {taught.Describe()}");

options = options with { Epochs = 12, Checkpoints = args.Length == 1 ? new(args[0]) : null };
using ITeacher teacher = Teacher.From(big);
TrainingResult result = new DistillationTrainer(teacher, Student.From(small), (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()), options)
    .Fit(train, test);
Write($"student: {result.Describe()}");
return 0;

void Write(string text)
{
    if (ranks.Rank == 0)
    {
        Console.WriteLine(text);
    }
}

static Module<Tensor, Tensor> Network(int width) => Sequential(
    Conv2d(1, width, 3, stride: 2, padding: 1), ReLU(), Conv2d(width, 2 * width, 3, stride: 2, padding: 1), ReLU(),
    Conv2d(2 * width, 4 * width, 3, padding: 1), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(4 * width, 10));

static TensorData Read(string part)
{
    string folder = Path.Combine(AppContext.BaseDirectory, "Data");
    return ImageData.FromIdx(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"));
}
