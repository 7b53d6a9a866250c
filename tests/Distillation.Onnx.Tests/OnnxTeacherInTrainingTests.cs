using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using TorchSharp.Modules;

namespace Distillation.Onnx.Tests;

public sealed class OnnxTeacherInTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly OnnxTeacher _teacher = OnnxTeacher.Load(Models.At("mlp"));
    private readonly TensorData _data;

    public OnnxTeacherInTrainingTests()
    {
        torch.manual_seed(1);
        _data = new TensorData(torch.randn(200, 8));
    }

    public void Dispose()
    {
        _teacher.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Student_learns_from_the_logits_and_a_layer()
    {
        using Sequential student = Network();
        var loss = new SoftTargetLoss(temperature: 2) + new HintLoss("act", "hidden");

        TrainingResult result = new DistillationTrainer(_teacher, Student.From(student), loss, Options(epochs: 40)).Fit(_data);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss / 4);
        Agreement(student).Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void Training_from_a_cache_ends_with_the_bits_of_the_teacher_in_the_loop()
    {
        using var cached = new CachedTeacher(_teacher, _data.Count);
        cached.Fill(_data);

        Train(cached).Should().Equal(Train(_teacher));
    }

    [Fact]
    public void Ensemble_of_models_of_several_kinds_teaches()
    {
        using Sequential network = Network();
        using ITeacher other = Teacher.From(network);
        using ITeacher ensemble = new EnsembleTeacher(_teacher, other);
        Batch batch = _data.Read(torch.arange(10, torch.ScalarType.Int64));

        Tensor predicted = ensemble.Predict(batch, FeatureSet.None).Logits.exp();

        Tensor[] members = [_teacher.Predict(batch, FeatureSet.None).Logits, network.call(batch.Inputs)];
        predicted.ShouldBe((torch.nn.functional.softmax(members[0], 1) + torch.nn.functional.softmax(members[1], 1)) / 2);
    }

    private static TrainerOptions Options(int epochs) => new() { Epochs = epochs, BatchSize = 50, Optimizer = new AdamOptimizer(0.01) };

    private static Sequential Network()
    {
        torch.manual_seed(3);
        return torch.nn.Sequential(("in", torch.nn.Linear(8, 16)), ("act", torch.nn.ReLU()), ("out", torch.nn.Linear(16, 3)));
    }

    private float[] Train(ITeacher teacher)
    {
        using Sequential student = Network();
        new DistillationTrainer(teacher, Student.From(student), new SoftTargetLoss(), Options(epochs: 3)).Fit(_data);
        return [.. student.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
    }

    private double Agreement(Sequential student)
    {
        Batch all = _data.Read(torch.arange(_data.Count, torch.ScalarType.Int64));
        return student.call(all.Inputs).argmax(1).eq(_teacher.Predict(all, FeatureSet.None).Logits.argmax(1)).to(torch.ScalarType.Float64).mean()
            .item<double>();
    }
}
