using System.Text.Json;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Training;

namespace Distillation.Tests.Models;

/// <summary>A TorchScript file that PyTorch saved, as a teacher and as a student.</summary>
public sealed class TorchScriptTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.jit.ScriptModule<Tensor, Tensor> _script = torch.jit.load<Tensor, Tensor>(PathOf("mlp.pt"));

    public void Dispose()
    {
        _script.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Teacher_outputs_what_pytorch_outputs()
    {
        Recording recording = JsonSerializer.Deserialize<Recording>(File.ReadAllText(PathOf("mlp.json")), JsonSerializerOptions.Web)!;
        using ITeacher teacher = Teacher.From(_script);
        var batch = new Batch(torch.tensor(recording.Input).reshape(2, 6), null, torch.arange(2, torch.ScalarType.Int64));

        float[] logits = teacher.Predict(batch, FeatureSet.None).Logits.data<float>().ToArray();

        logits.Should().Equal(recording.Logits, (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void Layers_cannot_be_required()
    {
        using ITeacher teacher = Teacher.From(_script);

        teacher.AvailableFeatures.Should().BeEmpty();
    }

    [Fact]
    public void Student_learns_and_keeps_its_best()
    {
        using IStudent student = Student.From(_script);
        TensorData data = Some.Data(samples: 60);

        TrainingResult result = new SupervisedTrainer(
            student, options: new() { Epochs = 30, Optimizer = new AdamOptimizer(0.02), BestBy = Metric.NegativeLogLikelihood }).Fit(data, data);

        using ITeacher after = student.AsTeacher();
        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
        Evaluator.Evaluate(after, data).NegativeLogLikelihood.Should().BeApproximately(result.Best!.Validation!.NegativeLogLikelihood, 1e-6);
    }

    [Fact]
    public void No_tensor_is_left_by_distilling_from_it()
    {
        using ITeacher teacher = Teacher.From(_script);
        using IStudent student = Student.From(Some.Mlp());
        TensorData data = Some.Data();

        Leak.None(() => new DistillationTrainer(teacher, student, new SoftTargetLoss(), new() { Epochs = 3 }).Fit(data));
    }

    [Fact]
    public void Cost_is_measured_without_multiply_adds()
    {
        ModelCost cost = ModelCost.Measure(_script, torch.zeros(1, 6), runs: 2);

        (cost.Parameters, cost.MultiplyAdds).Should().Be((53L, (long?)null));
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Models", "Fixtures", name);

    private sealed record Recording(float[] Input, float[] Logits);
}
