using Distillation;
using Distillation.Data;
using Distillation.Losses;
using Distillation.Onnx;
using Distillation.Reports;
using Distillation.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// 1. The data. Random numbers stand for yours: inputs [N, 20], and class ids [N] of three classes that are often wrong. The student has few of them.
torch.manual_seed(1);
using TensorData all = Samples(4200), validation = Samples(2000);
IDataSource many = all.Subset(0..4000), train = all.Subset(4000..4200);

// 2. The teacher: a large network that has seen many samples, here trained on the spot. Yours is loaded: see ModuleWeights, or Teacher.FromOnnx.
using Module<Tensor, Tensor> large = Network(256);
using (IStudent learner = Student.From(large))
{
    new SupervisedTrainer(learner, new HardLabelLoss(), new TrainerOptions { Epochs = 3 }).Fit(many);
}

using ITeacher teacher = Teacher.From(large);

// 3. The student learns from the teacher and from the labels. A run that is interrupted goes on when the program is started again.
using IStudent student = Student.From(Network(16));
LossSum loss = (0.9 * new SoftTargetLoss(temperature: 2)) + (0.1 * new HardLabelLoss());
var options = new TrainerOptions
{
    Epochs = 40,
    Optimizer = new AdamWOptimizer(new Schedule.Cosine(1e-2)),
    Baseline = true,
    Checkpoints = new("run"),
};
TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train, validation);
if (result.Status == TrainingStatus.Terminated)
{
    Console.WriteLine("The run was ended before its last step. Start the program again, and it goes on.");
    return;
}

// 4. What came of it: does the teacher help, a report, and the student for ONNX Runtime.
Console.WriteLine(result.Describe());
result.ToReport("Student").Write("report");
student.ExportOnnx("student.onnx", [20]);

static TensorData Samples(int count)
{
    Tensor inputs = torch.randn(count, 20);
    return new(inputs, inputs.narrow(1, 0, 3).add(torch.randn(count, 3)).argmax(1));
}

static Module<Tensor, Tensor> Network(int width) => Sequential(("in", Linear(20, width)), ("act", ReLU()), ("out", Linear(width, 3)));
