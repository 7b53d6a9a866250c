using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed class ParaphraserTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential _network = Some.ConvNet(channels: 6);
    private readonly TensorData _data = Some.Images();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Paraphraser_learns_to_give_back_the_layer_of_the_teacher(bool normalize)
    {
        using ITeacher teacher = Teacher.From(_network);
        using Paraphraser paraphraser = new Paraphraser(channels: 6, normalize: normalize).to(torch.ScalarType.Float64);
        double before = Error(teacher, paraphraser);

        TrainingResult result = new ParaphraserTrainer(
            teacher, "act", paraphraser, new TrainerOptions { Epochs = 20, BatchSize = 10, Optimizer = new AdamOptimizer(0.01) }).Fit(_data);

        Error(teacher, paraphraser).Should().BeLessThan(0.7 * before);
        result.History[^1].Loss.Should().BeLessThan(0.7 * result.History[0].Loss);
    }

    [Fact]
    public void Paraphraser_gets_the_data_type_of_the_layer()
    {
        using ITeacher teacher = Teacher.From(_network);
        using var paraphraser = new Paraphraser(channels: 6);

        new ParaphraserTrainer(teacher, "act", paraphraser, new TrainerOptions { Epochs = 1 }).Fit(_data);

        paraphraser.parameters().Should().AllSatisfy(parameter => parameter.dtype.Should().Be(torch.ScalarType.Float64));
    }

    [Fact]
    public void Teacher_stays_as_it_is()
    {
        double[] before = Some.Weights(_network);
        using ITeacher teacher = Teacher.From(_network);
        using var paraphraser = new Paraphraser(channels: 6);

        new ParaphraserTrainer(teacher, "act", paraphraser, new TrainerOptions { Epochs = 1 }).Fit(_data);

        Some.Weights(_network).Should().Equal(before);
        _network.parameters().Should().AllSatisfy(parameter => (parameter.grad is null).Should().BeTrue());
    }

    [Fact]
    public void Layer_is_named_when_the_teacher_does_not_have_it()
    {
        using ITeacher teacher = Teacher.From(_network);
        using var paraphraser = new Paraphraser(channels: 6);

        Action make = () => _ = new ParaphraserTrainer(teacher, "conv9", paraphraser);

        make.Should().Throw<ArgumentException>().WithMessage("*'conv9' of the teacher*conv, act*");
    }

    [Fact]
    public void Layer_is_named_when_it_has_other_channels()
    {
        using ITeacher teacher = Teacher.From(_network);
        using var paraphraser = new Paraphraser(channels: 8);

        Action fit = () => new ParaphraserTrainer(teacher, "act", paraphraser, new TrainerOptions { Epochs = 1 }).Fit(_data);

        fit.Should().Throw<ArgumentException>().WithMessage("A paraphraser of 8 channels takes a layer [N, 8, H, W], but the layer is [*, 6, *");
    }

    [Theory]
    [InlineData(8, 0.5, 4)]
    [InlineData(8, 0.3, 2)]
    [InlineData(3, 2, 6)]
    public void Factors_are_a_share_of_the_channels(long channels, double ratio, long factors)
    {
        using var paraphraser = new Paraphraser(channels, ratio);

        paraphraser.call(torch.zeros(2, channels, 4, 6)).shape.Should().Equal(2, factors, 4, 6);
        paraphraser.Reconstruct(torch.zeros(2, channels, 4, 6)).shape.Should().Equal(2, channels, 4, 6);
        paraphraser.Factors.Should().Be(factors);
    }

    [Theory]
    [InlineData(0, 0.5, "channels must be positive*")]
    [InlineData(4, 0, "ratio must be positive*")]
    [InlineData(4, 0.2, "ratio must leave a factor of 4 channels*")]
    public void Paraphraser_without_factors_is_refused(long channels, double ratio, string message)
    {
        Action make = () => new Paraphraser(channels, ratio).Dispose();

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    private double Error(ITeacher teacher, Paraphraser paraphraser)
    {
        using var noGradient = torch.no_grad();
        Tensor layer = teacher.Predict(_data.Read(torch.arange(20, torch.ScalarType.Int64)), FeatureSet.Of("act"))["act"];
        return (paraphraser.Reconstruct(layer) - layer).square().mean().item<double>();
    }
}
