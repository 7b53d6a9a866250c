using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Connectors;

public sealed class RegressorConnectorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(8, 8, 4, 4, 3, 3)]
    [InlineData(4, 4, 8, 8, 4, 4)]
    [InlineData(8, 8, 8, 8, 1, 1)]
    [InlineData(8, 8, 5, 6, 4, 3)]
    [InlineData(8, 6, 4, 6, 5, 1)]
    public void Map_of_the_student_gets_the_shape_of_the_teachers(long height, long width, long toHeight, long toWidth, long kernelHeight, long kernelWidth)
    {
        Tensor student = torch.randn(2, 3, height, width);

        Module<Tensor, Tensor> regressor = new RegressorConnector().Create(student, torch.zeros(2, 5, toHeight, toWidth));

        regressor.call(student).shape.Should().Equal(2, 5, toHeight, toWidth);
        regressor.named_parameters().First().parameter.shape[2..].Should().Equal(kernelHeight, kernelWidth);
    }

    [Theory]
    [InlineData(4, 4, 5, 5)]
    [InlineData(4, 4, 8, 4)]
    [InlineData(4, 8, 8, 4)]
    public void Sizes_are_named_when_no_convolution_leads_from_one_to_the_other(long height, long width, long toHeight, long toWidth)
    {
        Action create = () => new RegressorConnector().Create(torch.zeros(2, 3, height, width), torch.zeros(2, 5, toHeight, toWidth));

        create.Should().Throw<InvalidOperationException>()
            .WithMessage($"*student's layer is [2, 3, {height}, {width}] and the teacher's [2, 5, {toHeight}, {toWidth}]*");
    }

    [Fact]
    public void Layers_that_are_no_maps_are_refused()
    {
        Action create = () => new RegressorConnector().Create(torch.zeros(2, 3), torch.zeros(2, 5, 4, 4));

        create.Should().Throw<InvalidOperationException>().WithMessage("*[2, 3]*[2, 5, 4, 4]*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Output_is_negative_nowhere_when_rectified(bool rectify)
    {
        Tensor student = torch.randn(2, 3, 8, 8);

        Tensor output = new RegressorConnector { Rectify = rectify }.Create(student, student).call(student);

        output.lt(0).any().item<bool>().Should().Be(!rectify);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(1, 1)]
    public void Hints_are_learned_across_sizes(long studentStride, long teacherStride)
    {
        using Sequential teacher = Some.ConvNet(channels: 8, stride: teacherStride, seed: 1);
        using Sequential student = Some.ConvNet(channels: 4, stride: studentStride, seed: 2);
        IDistillationLoss loss = new HintLoss("act", "act", new RegressorConnector()) + new SoftTargetLoss();

        TrainingResult result = new DistillationTrainer(
            Teacher.From(teacher), Student.From(student), loss, new TrainerOptions { Epochs = 40, BatchSize = 10, Optimizer = new AdamOptimizer(0.01) })
                .Fit(Some.Images());

        result.History[^1].Terms["Hint"].Should().BeLessThan(0.9 * result.History[0].Terms["Hint"]);
    }
}
