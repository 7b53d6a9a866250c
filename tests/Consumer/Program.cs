using System.Reflection;
using Distillation;
using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Onnx;
using Distillation.Reports;
using Distillation.SmallData;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Contoso.Shop;

internal static class Program
{
    private static int Main()
    {
        torch.manual_seed(1);
        using var teacherNetwork = Sequential(("in", Linear(8, 32)), ("act", ReLU()), ("out", Linear(32, 4)));
        using var studentNetwork = Sequential(("in", Linear(8, 8)), ("act", ReLU()), ("out", Linear(8, 4)));
        using Tensor inputs = randn(2000, 8);
        var data = new TensorData(inputs);

        using ITeacher teacher = Teacher.From(teacherNetwork);
        using IStudent student = Student.From(studentNetwork);
        using ITeacher distilled = student.AsTeacher();
        double before = ModelAgreement.Compare(teacher, distilled, data, EvaluationTask.Classification).Agreement;

        var loss = (0.5 * new SoftTargetLoss(temperature: 2)) + (0.5 * new CosineLoss());
        var options = new TrainerOptions { Epochs = 2, BatchSize = 20, Optimizer = new AdamOptimizer(0.01) };
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(data);

        double after = ModelAgreement.Compare(teacher, distilled, data, EvaluationTask.Classification).Agreement;
        TrainingProgress last = result.History[^1];
        Console.WriteLine(
            $"{result.Status}: {string.Join(", ", last.Terms.Select(term => $"{term.Key} {term.Value:F3}"))}; agreement {before:P0} before, {after:P0} after");
        bool keepsArguments = typeof(Tensor).GetMethod(nameof(Tensor.abs))!.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoOptimization);
        Console.WriteLine($"what TorchSharp hands to native code: {(keepsArguments ? "kept alive" : "not kept alive, though the package patches it")}");
        bool isOnDisk = KeepsOnDisk(teacher, data);
        Console.WriteLine($"outputs from the disk: {(isOnDisk ? "as the teacher gave them" : "others than the teacher gave")}");
        bool isExported = ComesBackFromOnnx(student, distilled, data);
        Console.WriteLine($"ONNX: {(isExported ? "as the student outputs" : "other outputs than the student's")}");
        bool isGenerated = GeneratesSamples(inputs, teacher);
        Console.WriteLine($"new samples: {(isGenerated ? "labeled by the teacher" : "not as asked for")}");
        bool isReported = WritesReport(result);
        Console.WriteLine($"report: {(isReported ? "written" : "not written as one file")}");
        return keepsArguments && isOnDisk && isExported && isGenerated && isReported && result.Status == TrainingStatus.Completed && after > before + 0.2
            && last.Terms.ContainsKey("Cosine")
                ? 0
                : 1;
    }

    private static bool KeepsOnDisk(ITeacher teacher, TensorData data)
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

    private static bool ComesBackFromOnnx(IStudent student, ITeacher distilled, TensorData data)
    {
        string path = Path.GetTempFileName();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            student.ExportOnnx(path, [8]);
            using OnnxTeacher loaded = Teacher.FromOnnx(path);
            return ModelAgreement.Compare(loaded, distilled, data, EvaluationTask.Classification).Agreement == 1;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool WritesReport(TrainingResult result)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory();
        try
        {
            string html = File.ReadAllText(result.ToReport("Consumer").Write(directory.FullName));
            return html.Contains("<svg", StringComparison.Ordinal) && directory.GetFiles().Length == 3;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static bool GeneratesSamples(Tensor inputs, ITeacher teacher)
    {
        using DisposeScope scope = NewDisposeScope();
        using var samples = new LabeledSamples(new TensorData(inputs));
        IDataSource pool = samples.Generate(new GaussianNoise(), 100).LabeledBy(teacher);
        Batch batch = pool.Read(arange(pool.Count, ScalarType.Int64));
        return batch.Inputs.shape is [100, 8] && batch.Labels?.shape is [100, 4];
    }
}

internal sealed class CosineLoss : IDistillationLoss
{
    public Tensor Compute(DistillationContext c) => 1 - functional.cosine_similarity(c.Student.Logits, c.Teacher.Logits, dim: 1).mean();
}
