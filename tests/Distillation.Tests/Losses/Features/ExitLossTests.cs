using Distillation.Losses;
using Distillation.Tests.Training.Trainers;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class ExitLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Training_is_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        TensorData data = Some.Data(samples: 12, dtype: torch.ScalarType.Float64);
        (Sequential student, Sequential byHand) = (Deep(), Deep());
        var exit = new ExitLoss(
            "act1", "act2", (0.9 * new HardLabelLoss()) + (0.1 * new SoftTargetLoss(3)) + (0.2 * new HintLoss(ExitLoss.Layer, "act2")));
        Prepare(exit, student, data);
        Parameter[] head = [.. exit.Module!.parameters().Select(parameter => new Parameter(parameter.detach().clone()))];

        new SupervisedTrainer(Student.From(student), new HardLabelLoss() + exit, options).Fit(data);

        ByHand.Descend(byHand.parameters().Concat(head), data, options, (inputs, labels, _) =>
        {
            Tensor first = byHand[1].call(byHand[0].call(inputs));
            Tensor second = byHand[3].call(byHand[2].call(first));
            Tensor logits = byHand[4].call(second);
            Tensor features = functional.linear(first, head[0], head[1]);
            Tensor early = functional.linear(features, head[2], head[3]);
            return ByHand.CrossEntropy(logits, labels)
                + (0.9 * ByHand.CrossEntropy(early, labels))
                + (0.1 * ByHand.Divergence(early, logits, 3))
                + (0.2 * functional.mse_loss(features, second.detach()));
        });
        Close.ShouldBe(Some.Weights(student), Some.Weights(byHand), 1e-9, "weights");
        Close.ShouldBe(
            [.. exit.Module!.parameters().SelectMany(parameter => Close.Numbers(parameter))],
            [.. head.SelectMany(parameter => Close.Numbers(parameter))],
            1e-9);
    }

    [Fact]
    public void Exit_predicts_from_its_layer()
    {
        TensorData data = Some.Images(samples: 8);
        using Sequential network = Some.ConvNet(4);
        using IStudent student = Student.From(network);
        var exit = new ExitLoss("conv", "act", new HardLabelLoss());
        FluentActions.Invoking(() => exit.CreateExit(student)).Should().Throw<InvalidOperationException>().WithMessage("The exit is sized by the first batch*");
        Prepare(exit, network, data);
        var head = (ExitHead)exit.Module!;
        Batch batch = data.Read(torch.arange(8, torch.ScalarType.Int64));

        using ITeacher early = exit.CreateExit(student);
        Tensor logits = early.Predict(batch, FeatureSet.None).Logits;

        head.training.Should().BeTrue("the mode comes back");
        head.eval();
        (Tensor features, Tensor expected) = head.call(network[0].call(batch.Inputs));
        Close.Numbers(logits).Should().Equal(Close.Numbers(expected));
        features.shape.Should().Equal(8, 4, 8, 8);
        logits.shape.Should().Equal(8, 3);
        logits.requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Preparing_changes_no_statistics_of_the_exit()
    {
        TensorData data = Some.Images(samples: 8);
        using Sequential network = Some.ConvNet(4);
        var exit = new ExitLoss("conv", "act", new HardLabelLoss());

        Prepare(exit, network, data);

        exit.Module!.named_buffers().Where(buffer => buffer.name.EndsWith("running_mean", StringComparison.Ordinal))
            .Should().HaveCount(3).And.OnlyContain(buffer => buffer.buffer.abs().sum().item<double>() == 0);
    }

    [Fact]
    public void Module_has_the_exit_and_what_the_wrapped_loss_learns()
    {
        using Sequential network = Deep();
        var exit = new ExitLoss("act1", "act2", new HardLabelLoss() + new HintLoss(ExitLoss.Layer, "act2", new LinearConnector()), new MlpConnector());

        Prepare(exit, network, Some.Data(samples: 4, dtype: torch.ScalarType.Float64));

        exit.Module!.named_parameters().Select(parameter => parameter.name).Should().Contain("0._classifier.weight").And.Contain(name => name.StartsWith("1."));
        exit.Features.Student.Should().BeEquivalentTo([(Feature)"act1", "act2"]);
        exit.Features.Teacher.Should().BeEmpty();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(6e4)]
    public void Junk_at_padding_changes_nothing(double junk)
    {
        Measure(junk).Should().Equal(Measure(0.5)).And.OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void Shapes_without_an_exit_are_refused()
    {
        var output = new ModelOutput(torch.zeros(2, 3), new Dictionary<Feature, Tensor> { ["states"] = torch.zeros(2, 4, 5), ["last"] = torch.zeros(2, 5) });

        Action prepare = () => new ExitLoss("states", "last", new HardLabelLoss()).Prepare(new(output, teacher: null, Some.Batch(samples: 2)));

        prepare.Should().Throw<InvalidOperationException>()
            .WithMessage("An exit takes layers *, but layer 'states' is *2, 4, 5*, layer 'last' *2, 5*, and the logits are *2, 3*.");
    }

    private static Sequential Deep()
    {
        torch.manual_seed(4);
        return (Sequential)Sequential(
            ("in1", Linear(6, 5)), ("act1", Tanh()), ("in2", Linear(5, 4)), ("act2", Tanh()), ("out", Linear(4, 3))).to(torch.ScalarType.Float64);
    }

    private static void Prepare(ExitLoss exit, Sequential network, TensorData data)
    {
        torch.manual_seed(9);
        using var noGradient = torch.no_grad();
        using IStudent student = Student.From(network);
        Batch batch = data.Read(torch.arange(4, torch.ScalarType.Int64));
        exit.Prepare(new(student.Forward(batch, exit.Features.Student), teacher: null, batch));
    }

    // The value, and the gradients of the layer and of the exit.
    private static double[] Measure(double junk)
    {
        Tensor mask = torch.tensor(new long[,] { { 1, 1, 0 }, { 1, 1, 1 } });
        Tensor layer = LayerValue.Random(1, 2, 3, 5).masked_fill(mask.eq(0).unsqueeze(-1), junk).requires_grad_();
        Tensor last = LayerValue.Random(2, 2, 3, 4).masked_fill(mask.eq(0).unsqueeze(-1), junk);
        Tensor logits = LayerValue.Random(3, 2, 3, 4).masked_fill(mask.eq(0).unsqueeze(-1), junk);
        var output = new ModelOutput(logits, new Dictionary<Feature, Tensor> { ["layer"] = layer, ["last"] = last });
        var batch = new MaskedBatch(torch.zeros(2, 3), Some.Labels(6, 4).view(2, 3), torch.arange(2, torch.ScalarType.Int64), mask);
        var context = new DistillationContext(output, teacher: null, batch);
        var exit = new ExitLoss("layer", "last", new HardLabelLoss() + new SoftTargetLoss(2) + new HintLoss(ExitLoss.Layer, "last"));
        torch.manual_seed(1);
        using (torch.no_grad())
        {
            exit.Prepare(context);
        }

        Tensor value = exit.Compute(context);
        value.backward();
        return [.. Close.Numbers(value), .. Close.Numbers(layer.grad!), .. exit.Module!.parameters().SelectMany(parameter => Close.Numbers(parameter.grad!))];
    }
}
