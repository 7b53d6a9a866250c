using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class ReusedClassifierLossTests
{
    private static readonly Feature Maps = "maps";

    [Fact]
    public void Loss_is_the_hint_behind_the_projector()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 2, 4, 4);
        Tensor teacher = Layers.Random(2, 3, 4, 2, 2);
        using Sequential classifier = Head(4);

        torch.manual_seed(1);
        double value = Layers.Value(new ReusedClassifierLoss("student", "teacher", classifier), student, teacher);
        torch.manual_seed(1);
        double hint = Layers.Value(new HintLoss("student", "teacher", new BottleneckConnector()), student, teacher);

        value.Should().Be(hint);
    }

    [Fact]
    public void Larger_map_of_the_teacher_is_averaged()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 2, 2, 2);
        Tensor teacher = Layers.Random(2, 3, 4, 4, 4);
        using Sequential classifier = Head(4);
        IDistillationLoss loss = new ReusedClassifierLoss("student", "teacher", classifier);

        double value = Layers.Value(loss, student, teacher);

        Close.ShouldBe(value, loss.Compute(Layers.Context(student, functional.avg_pool2d(teacher, 2))).item<double>(), 1e-12);
    }

    [Fact]
    public void Classifier_is_not_learned()
    {
        using var scope = torch.NewDisposeScope();
        using Sequential classifier = Head(4);
        IDistillationLoss loss = new ReusedClassifierLoss("student", "teacher", classifier, new ConvolutionConnector { Bias = false });

        Layers.Value(loss, Layers.Random(1, 3, 2, 4, 4), Layers.Random(2, 3, 4, 4, 4));

        loss.Module!.parameters().Single().shape.Should().Equal(4, 2, 1, 1);
    }

    [Fact]
    public void Student_with_the_reused_classifier_is_its_layer_the_projector_and_the_classifier()
    {
        using var scope = torch.NewDisposeScope();
        using Sequential network = Network(3);
        using Sequential classifier = Head(4);
        using IStudent student = Student.From(network);
        var loss = new ReusedClassifierLoss(Maps, Maps, classifier);
        Batch batch = Images();
        Prepare(loss, student, batch);
        var projector = (Module<Tensor, Tensor>)loss.Module!;
        projector.eval();
        Tensor expected = classifier.call(projector.call(student.Forward(batch, FeatureSet.Of(Maps))[Maps]));
        projector.train();

        using ITeacher whole = loss.CreatePredictor(student);
        ModelOutput output = whole.Predict(batch, FeatureSet.Of("act"));

        Close.ShouldBe(Close.Numbers(output.Logits), Close.Numbers(expected), 1e-12);
        output.Logits.requires_grad.Should().BeFalse();
        output.Features.Should().Equal((Feature)"act");
        (projector.training, classifier.training, network.training).Should().Be((true, true, true));
    }

    [Fact]
    public void Student_with_the_reused_classifier_agrees_with_the_teacher_after_training()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(3);
        using Sequential teacherMaps = Network(4);
        using Sequential classifier = Head(4);
        using Sequential teacherNetwork = Sequential(("body", Body(teacherMaps)), ("head", classifier));
        using Sequential network = Network(3);
        using ITeacher teacher = Teacher.From(teacherNetwork);
        using IStudent student = Student.From(network);
        var loss = new ReusedClassifierLoss(Maps, "body", classifier, new ConvolutionConnector());
        Batch batch = Images();
        Prepare(loss, student, batch, teacher);
        using ITeacher whole = loss.CreatePredictor(student);
        double Difference() => functional.mse_loss(whole.Predict(batch, FeatureSet.None).Logits, teacher.Predict(batch, FeatureSet.None).Logits).item<double>();
        double before = Difference();

        using torch.optim.Optimizer optimizer = torch.optim.Adam(network.parameters().Concat(loss.Module!.parameters()), 0.02);
        for (int step = 0; step < 200; step++)
        {
            using var inner = torch.NewDisposeScope();
            optimizer.zero_grad();
            loss.Compute(Context(student, batch, teacher)).backward();
            optimizer.step();
        }

        Difference().Should().BeLessThan(before / 10);
    }

    private static Batch Images() => new(Layers.Random(1, 12, 1, 4, 4), labels: null, torch.arange(12, torch.ScalarType.Int64));

    private static Sequential Network(long width) =>
        (Sequential)Sequential(
            ("maps", Conv2d(1, width, 3, padding: 1)), ("act", ReLU()), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()), ("out", Linear(width, 3)))
            .to(torch.ScalarType.Float64);

    private static Conv2d Body(Sequential network) => (Conv2d)network[0];

    private static Sequential Head(long width) => (Sequential)Sequential(AdaptiveAvgPool2d(1), Flatten(), Linear(width, 3)).to(torch.ScalarType.Float64);

    private static DistillationContext Context(IStudent student, Batch batch, ITeacher? teacher) =>
        new(
            student.Forward(batch, FeatureSet.Of(Maps)),
            teacher?.Predict(batch, FeatureSet.Of("body"))
            ?? new ModelOutput(torch.zeros(12, 3), new Dictionary<Feature, Tensor> { [Maps] = Layers.Random(2, 12, 4, 4, 4) }),
            batch);

    private static void Prepare(IDistillationLoss loss, IStudent student, Batch batch, ITeacher? teacher = null)
    {
        using var noGradient = torch.no_grad();
        loss.Prepare(Context(student, batch, teacher));
    }
}
