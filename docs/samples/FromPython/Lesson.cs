using Distillation;
using Distillation.Caching;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Onnx;
using Distillation.Training;
using static TorchSharp.torch.nn;
using Sequential = TorchSharp.Modules.Sequential;

namespace FromPython;

/// <summary>One teacher from a file, asked once for each image, and the same small student with it and without.</summary>
internal sealed class Lesson : IDisposable
{
    private readonly Clothes _clothes;
    private readonly OnnxTeacher _teacher;
    private readonly CachedTeacher _cached;
    private readonly TrainerOptions _options;

    public Lesson(string teacherPath, Clothes clothes, int epochs)
    {
        _clothes = clothes;
        _options = new() { Epochs = epochs, Optimizer = new AdamWOptimizer(new Schedule.Cosine(2e-3)) { WeightDecay = 1 } };
        _teacher = OnnxTeacher.Load(teacherPath);
        _cached = new(_teacher, clothes.Train.Count, new() { Features = FeatureSet.Of("hidden") });
        _cached.Fill(clothes.Train);
    }

    public double TeacherAccuracy() => Evaluator.Evaluate(_teacher, _clothes.Test).Accuracy;

    public Sequential Alone(int seed)
    {
        Sequential network = Network(seed);
        new SupervisedTrainer(Student.From(network), options: _options with { Seed = seed }).Fit(_clothes.Train);
        return network;
    }

    /// <summary>Learns from the teacher's logits, from its layer "hidden", and from the labels.</summary>
    public Sequential Distilled(int seed)
    {
        Sequential network = Network(seed);
        var loss = (0.5 * new SoftTargetLoss(temperature: 2)) + (0.5 * new HardLabelLoss()) + (0.1 * new HintLoss("act", "hidden", new LinearConnector()));
        new DistillationTrainer(_cached, Student.From(network), loss, _options with { Seed = seed }).Fit(_clothes.Train);
        return network;
    }

    public void Dispose()
    {
        _cached.Dispose();
        _teacher.Dispose();
    }

    private static Sequential Network(int seed)
    {
        torch.manual_seed(seed);
        return Sequential(
            ("conv1", Conv2d(1, 8, 3, stride: 2, padding: 1)),
            ("norm1", BatchNorm2d(8)),
            ("act1", ReLU()),
            ("conv2", Conv2d(8, 16, 3, stride: 2, padding: 1)),
            ("norm2", BatchNorm2d(16)),
            ("act2", ReLU()),
            ("flatten", Flatten()),
            ("in", Linear(16 * 7 * 7, 32)),
            ("act", ReLU()),
            ("out", Linear(32, 10)));
    }
}
