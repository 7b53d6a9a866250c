using System.Reflection;
using Distillation;
using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Evaluation;
using Distillation.Losses;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

torch.manual_seed(1);
using var teacherNetwork = Sequential(("in", Linear(8, 32)), ("act", ReLU()), ("out", Linear(32, 4)));
using var studentNetwork = Sequential(("in", Linear(8, 8)), ("act", ReLU()), ("out", Linear(8, 4)));
using Tensor inputs = randn(2000, 8);
var data = new TensorData(inputs);

using ITeacher teacher = Teacher.From(teacherNetwork);
using IStudent student = Student.From(studentNetwork);
using ITeacher distilled = student.AsTeacher();
double before = ModelAgreement.Compare(teacher, distilled, data).Agreement;

var loss = (0.5 * new SoftTargetLoss(temperature: 2)) + (0.5 * new CosineLoss());
var options = new TrainerOptions { Epochs = 2, BatchSize = 20, Optimizer = new Adam(0.01) };
TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(data);

double after = ModelAgreement.Compare(teacher, distilled, data).Agreement;
TrainingProgress last = result.History[^1];
Console.WriteLine($"{result.Status}: {string.Join(", ", last.Terms.Select(term => $"{term.Key} {term.Value:F3}"))}; agreement {before:P0} before, {after:P0} after");
bool keepsArguments = typeof(Tensor).GetMethod(nameof(Tensor.abs))!.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoOptimization);
Console.WriteLine($"what TorchSharp hands to native code: {(keepsArguments ? "kept alive" : "not kept alive, though the package patches it")}");
bool isOnDisk = KeepsOnDisk(teacher, data);
Console.WriteLine($"outputs from the disk: {(isOnDisk ? "as the teacher gave them" : "others than the teacher gave")}");
return keepsArguments && isOnDisk && result.Status == TrainingStatus.Completed && after > before + 0.2 && last.Terms.ContainsKey("Cosine") ? 0 : 1;

static bool KeepsOnDisk(ITeacher teacher, TensorData data)
{
    const string Fingerprint = "the consumer's teacher";
    DirectoryInfo directory = Directory.CreateTempSubdirectory();
    try
    {
        using DisposeScope scope = NewDisposeScope();
        using (ArrowOutputStore store = ArrowOutputStore.Open(directory.FullName, data.Count, Fingerprint))
        using (var cached = new CachedTeacher(teacher, store))
        {
            cached.Fill(data);
        }

        using ArrowOutputStore kept = ArrowOutputStore.OpenRead(directory.FullName, Fingerprint);
        Batch all = data.Read(arange(data.Count, ScalarType.Int64));
        return kept.Read(all.Indices, FeatureSet.None).Logits.allclose(teacher.Predict(all, FeatureSet.None).Logits);
    }
    finally
    {
        directory.Delete(recursive: true);
    }
}

sealed class CosineLoss : IDistillationLoss
{
    public Tensor Compute(DistillationContext c) => 1 - functional.cosine_similarity(c.Student.Logits, c.Teacher.Logits, dim: 1).mean();
}
