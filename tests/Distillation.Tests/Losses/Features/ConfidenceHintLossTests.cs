using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class ConfidenceHintLossTests : IDisposable
{
    private static readonly Feature Layer = "student";
    private static readonly Feature[] Teachers = ["0/layer", "1/layer"];

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Weights_are_those_of_doubles_by_hand()
    {
        Linear[] classifiers = [Classifier(1), Classifier(2)];
        Tensor student = Layers.Random(3, 4, 3);
        Tensor[] teachers = [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)];
        long[] labels = [0, 2, 1, 2];

        double value = Value(new ConfidenceHintLoss(Layer, Teachers, classifiers, new SameShape()), student, teachers, labels);

        double expected = 0;
        for (int row = 0; row < 4; row++)
        {
            double[] cost = new double[2];
            double[] distance = new double[2];
            for (int k = 0; k < 2; k++)
            {
                double Logit(int c) => Enumerable.Range(0, 3).Sum(d => At(classifiers[k].weight, c, d) * At(student, row, d));
                double[] logits = [Logit(0), Logit(1), Logit(2)];
                cost[k] = Math.Log(logits.Sum(Math.Exp)) - logits[labels[row]];
                distance[k] = Enumerable.Range(0, 3).Average(d => Math.Pow(At(student, row, d) - At(teachers[k], row, d), 2));
            }

            double share = Math.Exp(cost[0]) / (Math.Exp(cost[0]) + Math.Exp(cost[1]));
            expected += (((1 - share) * distance[0]) + (share * distance[1])) / 4;
        }

        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Teachers_weigh_the_same_when_their_classifiers_do()
    {
        Linear same = Classifier(1);
        Tensor student = Layers.Random(3, 4, 3);
        Tensor[] teachers = [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)];

        double value = Value(new ConfidenceHintLoss(Layer, Teachers, [same, same], new SameShape()), student, teachers, [0, 1, 2, 0]);

        double mean = teachers.Average(teacher => functional.mse_loss(student, teacher).item<double>());
        Close.ShouldBe(value, mean, 1e-12);
    }

    [Fact]
    public void Teachers_weigh_the_same_where_there_is_no_label()
    {
        Tensor student = Layers.Random(3, 4, 3);
        Tensor[] teachers = [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)];
        var loss = new ConfidenceHintLoss(Layer, Teachers, [Classifier(1), Classifier(2)], new SameShape());

        double value = Value(loss, student, teachers, [-100, -100, -100, -100]);

        Close.ShouldBe(value, teachers.Average(teacher => functional.mse_loss(student, teacher).item<double>()), 1e-12);
    }

    [Fact]
    public void Connectors_are_learned_and_classifiers_are_not()
    {
        Linear[] classifiers = [Classifier(1), Classifier(2)];
        IDistillationLoss loss = new ConfidenceHintLoss(Layer, Teachers, classifiers, new LinearConnector { Bias = false });
        DistillationContext context = Context(Layers.Random(3, 4, 5), [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)], [0, 1, 2, 0]);

        loss.Prepare(context);
        loss.Compute(context).backward();

        loss.Module!.parameters().Select(parameter => parameter.shape).Should().AllSatisfy(shape => shape.Should().Equal(3, 5)).And.HaveCount(2);
        loss.Module.parameters().Should().AllSatisfy(parameter => parameter.grad.Should().NotBeNull());
        classifiers.Should().AllSatisfy(classifier => (classifier.weight.grad is null).Should().BeTrue());
    }

    [Fact]
    public void Classifier_in_training_mode_is_called_in_evaluation_mode_and_stays_as_it_was()
    {
        Sequential dropping = Sequential(Dropout(0.9), Classifier(1));
        dropping.train();
        Tensor student = Layers.Random(3, 4, 3);
        Tensor[] teachers = [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)];

        double value = Value(new ConfidenceHintLoss(Layer, Teachers, [dropping, Classifier(2)], new SameShape()), student, teachers, [0, 1, 2, 0]);

        double expected = Value(new ConfidenceHintLoss(Layer, Teachers, [Classifier(1), Classifier(2)], new SameShape()), student, teachers, [0, 1, 2, 0]);
        value.Should().Be(expected);
        dropping.training.Should().BeTrue();
    }

    [Fact]
    public void Classifier_that_could_be_trained_is_refused()
    {
        Linear trained = Linear(3, 3);

        Action create = () => _ = new ConfidenceHintLoss(Layer, Teachers, [Classifier(1), trained]);

        create.Should().Throw<ArgumentException>().WithMessage("Classifiers are not trained, but parameter 'weight' of one requires a gradient: *");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    public void Number_of_teachers_and_classifiers_is_checked(int teachers, int classifiers)
    {
        Action create = () => _ = new ConfidenceHintLoss(
            Layer,
            [.. Enumerable.Range(0, teachers).Select(k => new Feature($"{k}"))],
            [.. Enumerable.Range(0, classifiers).Select(Classifier)]);

        create.Should().Throw<ArgumentException>().WithMessage($"*there are {teachers} layers and {classifiers} classifiers*");
    }

    [Fact]
    public void Labels_that_are_no_class_ids_are_refused()
    {
        IDistillationLoss loss = new ConfidenceHintLoss(Layer, Teachers, [Classifier(1), Classifier(2)], new SameShape());
        DistillationContext context = Context(Layers.Random(3, 4, 3), [Layers.Random(4, 4, 3), Layers.Random(5, 4, 3)], torch.zeros(4, 3));
        loss.Prepare(context);

        Action compute = () => loss.Compute(context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs a class id for each sample, [N], but labels are [4, 3] Float32*");
    }

    private static Linear Classifier(int seed)
    {
        Linear classifier = Linear(3, 3, hasBias: false, dtype: torch.ScalarType.Float64);
        classifier.weight.requires_grad = false;
        classifier.weight.copy_(Layers.Random(seed + 10, 3, 3));
        return classifier;
    }

    private static double At(Tensor tensor, int row, int column) => tensor[row, column].item<double>();

    private static double Value(IDistillationLoss loss, Tensor student, Tensor[] teachers, long[] labels)
    {
        DistillationContext context = Context(student, teachers, labels);
        loss.Prepare(context);
        return loss.Compute(context).item<double>();
    }

    private static DistillationContext Context(Tensor student, Tensor[] teachers, long[] labels) => Context(student, teachers, torch.tensor(labels));

    private static DistillationContext Context(Tensor student, Tensor[] teachers, Tensor labels) => new(
        new ModelOutput(torch.zeros(4, 3, torch.ScalarType.Float64), new Dictionary<Feature, Tensor> { [Layer] = student }),
        new ModelOutput(
            torch.zeros(4, 3, torch.ScalarType.Float64), new Dictionary<Feature, Tensor> { [Teachers[0]] = teachers[0], [Teachers[1]] = teachers[1] }),
        new Batch(torch.zeros(4, 1), labels, torch.arange(4, torch.ScalarType.Int64)));

    private sealed class SameShape : Connector
    {
        public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher) => Identity();
    }
}
