using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

public sealed class BFloat16Tests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Batch _batch = new(Some.Inputs(8, 64).view(8, 1, 8, 8), Some.Labels(8), torch.arange(8, torch.ScalarType.Int64));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Logits_and_gradients_are_those_of_float32_but_for_rounding()
    {
        Sequential network = Network();
        double[] exact = Gradients(network, Student.From(network));

        using IStudent student = Student.From(network).InBFloat16();
        double[] rounded = Gradients(network, student);

        rounded.Should().NotEqual(exact);
        Close.ShouldBe(rounded, exact, 3e-2);
        student.Forward(_batch, FeatureSet.None).Logits.dtype.Should().Be(torch.ScalarType.Float32);
        network.parameters().Should().AllSatisfy(parameter => parameter.grad!.dtype.Should().Be(torch.ScalarType.Float32));
    }

    [Fact]
    public void Teacher_outputs_what_it_outputs_in_float32_but_for_rounding()
    {
        Sequential network = Network();
        double[] exact = Close.Numbers(Teacher.From(network).Predict(_batch, FeatureSet.None).Logits);
        using ITeacher teacher = Teacher.InBFloat16(network);

        double[] rounded = Close.Numbers(teacher.Predict(_batch, FeatureSet.None).Logits);

        rounded.Should().NotEqual(exact);
        Close.ShouldBe(rounded, exact, 1e-2, "the logits");
    }

    [Fact]
    public void Module_itself_computes_as_before()
    {
        Sequential network = Network();
        double[] before = Close.Numbers(network.call(_batch.Inputs));
        using IStudent student = Student.From(network).InBFloat16();

        student.Forward(_batch, FeatureSet.None);

        Close.Numbers(network.call(_batch.Inputs)).Should().Equal(before);
    }

    [Fact]
    public void Inner_layers_are_given_whole_and_in_float32()
    {
        using IStudent student = Student.From(Network()).InBFloat16();

        ModelOutput output = student.Forward(_batch, FeatureSet.Of("conv", "act"));

        output["conv"].shape.Should().Equal(8, 16, 8, 8);
        output["conv"].dtype.Should().Be(torch.ScalarType.Float32);
        output["act"].eq(output["conv"].relu()).all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Convolutions_of_each_number_of_dimensions_keep_their_stride_padding_and_dilation(int dimensions)
    {
        torch.manual_seed(1);
        Module<Tensor, Tensor> layer = dimensions switch
        {
            1 => Conv1d(16, 32, 3, stride: 2, padding: 2, dilation: 2, groups: 2),
            2 => Conv2d(16, 32, 3, stride: 2, padding: 2, dilation: 2, groups: 2),
            _ => Conv3d(16, 32, 3, stride: 2, padding: 2, dilation: 2, groups: 2),
        };
        Tensor inputs = Some.Inputs(2, 16 * (int)Math.Pow(6, dimensions)).view([2, 16, .. Enumerable.Repeat(6L, dimensions)]);
        var batch = new Batch(inputs, null, torch.arange(2, torch.ScalarType.Int64));

        Tensor rounded = Student.From(layer).InBFloat16().Forward(batch, FeatureSet.None).Logits;

        Close.ShouldBe(Close.Numbers(rounded), Close.Numbers(layer.call(inputs)), 1e-2, "the output");
    }

    [Fact]
    public void Student_learns()
    {
        using TensorData data = TensorData.Owning(_batch.Inputs.alias(), _batch.Inputs.flatten(1).narrow(1, 0, 3).argmax(1));
        using IStudent student = Student.From(Network()).InBFloat16();

        TrainingResult result = new Distillation.Training.SupervisedTrainer(
            student, new HardLabelLoss(), new TrainerOptions { Epochs = 60, Optimizer = new Distillation.AdamOptimizer(0.01) }).Fit(data);

        result.History[^1].Loss.Should().BeLessThan(0.2 * result.History[0].Loss);
    }

    [Fact]
    public void Module_without_such_layers_is_refused()
    {
        Action wrap = () => Student.From((Sequential)Some.Mlp().to(torch.ScalarType.Float64)).InBFloat16();

        wrap.Should().Throw<ArgumentException>()
            .WithMessage("To compute in bfloat16 a module must have a Linear or a convolution with weights of float32, but Sequential has none.*");
    }

    [Fact]
    public void Hooks_are_gone_after_disposal()
    {
        Sequential network = Network();
        IStudent student = Student.From(network).InBFloat16();

        student.Dispose();

        Action forward = () => student.Forward(_batch, FeatureSet.None);
        forward.Should().Throw<ObjectDisposedException>();
        network.call(_batch.Inputs).shape.Should().Equal(8, 3);
    }

    [Fact]
    public void Pass_that_fails_leaves_the_module_as_it_was()
    {
        Sequential network = Network();
        using IStudent student = Student.From(network).InBFloat16();
        var wrong = new Batch(torch.zeros(2, 3, 8, 8), null, torch.arange(2, torch.ScalarType.Int64));

        Action forward = () => student.Forward(wrong, FeatureSet.None);

        forward.Should().Throw<ArgumentException>();
        student.Forward(_batch, FeatureSet.None).Logits.shape.Should().Equal(8, 3);
        network.call(_batch.Inputs).shape.Should().Equal(8, 3);
    }

    [Fact]
    public void No_tensor_is_left_by_a_pass()
    {
        using IStudent student = Student.From(Network()).InBFloat16();

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            student.Forward(_batch, FeatureSet.None).Logits.sum().backward();
            student.Module.zero_grad();
        });
    }

    // Widths are multiples of 16: of others libtorch 2.10 has wrong float32 gradients on some processors.
    private static Sequential Network()
    {
        torch.manual_seed(1);
        return Sequential(
            ("conv", Conv2d(1, 16, 3, padding: 1)),
            ("act", ReLU()),
            ("deep", Conv2d(16, 16, 3, padding: 1)),
            ("norm", BatchNorm2d(16)),
            ("pool", AdaptiveAvgPool2d(2)),
            ("flat", Flatten()),
            ("out", Linear(64, 3)));
    }

    private double[] Gradients(Sequential network, IStudent student)
    {
        network.zero_grad();
        functional.cross_entropy(student.Forward(_batch, FeatureSet.None).Logits, _batch.Labels!).backward();
        return Close.Numbers(torch.cat([.. network.parameters().Select(parameter => parameter.grad!.flatten())]));
    }
}
