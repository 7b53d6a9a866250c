// An application of one file: `dotnet run app.cs -- <directory> <steps> [<step at which it stands still>]`. The same file is trimmed, and compiled ahead of
// time.
#:package Distillation@*-*
#:package Distillation.Arrow@*-*
#:package libtorch-cpu-linux-x64@2.10.0
using System.Globalization;
using Distillation;
using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Losses;
using Distillation.Serialization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

string directory = args[0];
long steps = long.Parse(args[1], CultureInfo.InvariantCulture);
long? hold = args.Length > 2 ? long.Parse(args[2], CultureInfo.InvariantCulture) : null;

set_num_threads(1);
manual_seed(1);
using var teacherNetwork = Sequential(("in", Linear(8, 32)), ("act", ReLU()), ("out", Linear(32, 4)));
using var studentNetwork = Sequential(("in", Linear(8, 8)), ("norm", BatchNorm1d(8)), ("act", ReLU()), ("drop", Dropout(0.2)), ("out", Linear(8, 4)));
using Tensor inputs = randn(400, 8);
using Tensor labels = randint(0, 4, [400], ScalarType.Int64);
var data = new TensorData(inputs, labels);

using ITeacher live = Teacher.From(teacherNetwork);
using ArrowOutputStore store = ArrowOutputStore.Open(Path.Combine(directory, "outputs"), data.Count, live.Fingerprint()!);
using var teacher = new CachedTeacher(live, store);
teacher.Fill(data);
using IStudent student = Student.From(studentNetwork);

var loss = (0.5 * new SoftTargetLoss(temperature: 2)) + (0.5 * new HardLabelLoss()) + (new Schedule.Linear(0, 1) * new LogitMseLoss());
var options = new TrainerOptions
{
    Steps = steps,
    BatchSize = 20,
    Optimizer = new AdamWOptimizer(new Schedule.WarmUp(10, new Schedule.Cosine(0.01))),
    Update = new() { AverageDecay = 0.9, ClipNorm = 1 },
    BestBy = Metric.NegativeLogLikelihood,
    EarlyStopping = new(Metric.NegativeLogLikelihood, Patience: 1000),
    ReportEverySteps = 1,
    Checkpoints = new(Path.Combine(directory, "checkpoints")) { EverySteps = 3 },
};
TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(data, data, new StandStill(hold));
ModuleWeights.Save(studentNetwork, Path.Combine(directory, "result.safetensors"));
Console.WriteLine($"{result.Status} at step {result.Position.Step}");
return result.Status == TrainingStatus.Completed ? 0 : 1;

/// <summary>Says that a step is done, and waits there until the process is killed.</summary>
sealed class StandStill(long? step) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Position.Step == step)
        {
            Console.WriteLine("holding");
            new ManualResetEventSlim().Wait();
        }
    }
}
