using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class VariationalInformationLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(5, 1e-5)]
    [InlineData(0.01, 1e-3)]
    [InlineData(900, 1e-5)]
    public void Loss_of_a_prediction_without_error_is_half_the_logarithm_of_the_initial_variance(double variance, double epsilon)
    {
        var loss = new VariationalInformationLoss("layer", "layer") { InitialVariance = variance, Epsilon = epsilon };

        double value = Value(loss, torch.zeros(2, 3, 4, 4, torch.ScalarType.Float64), torch.zeros(2, 5, 4, 4, torch.ScalarType.Float64));

        Close.ShouldBe(value, 0.5 * Math.Log(variance), 1e-12);
    }

    [Fact]
    public void Loss_of_an_error_is_its_square_over_twice_the_variance()
    {
        var loss = new VariationalInformationLoss("layer", "layer") { InitialVariance = 4 };

        double value = Value(loss, torch.zeros(2, 3, 4, 4, torch.ScalarType.Float64), torch.full([2, 5, 4, 4], 3.0, torch.ScalarType.Float64));

        Close.ShouldBe(value, 0.5 * ((9 / 4.0) + Math.Log(4)), 1e-12);
    }

    [Fact]
    public void Hidden_channels_are_those_of_the_teacher_by_default()
    {
        var loss = new VariationalInformationLoss("layer", "layer");

        Value(loss, torch.zeros(2, 3, 4, 4), torch.zeros(2, 5, 4, 4));

        Shapes(loss).Should().BeEquivalentTo(["log_scale 5", "regressor.0.weight 5,3,1,1", "regressor.2.weight 5,5,1,1", "regressor.4.weight 5,5,1,1"]);
    }

    [Fact]
    public void Hidden_channels_are_as_many_as_set()
    {
        var loss = new VariationalInformationLoss("layer", "layer") { HiddenChannels = 7 };

        Value(loss, torch.zeros(2, 3, 4, 4), torch.zeros(2, 5, 4, 4));

        Shapes(loss).Should().BeEquivalentTo(["log_scale 5", "regressor.0.weight 7,3,1,1", "regressor.2.weight 7,7,1,1", "regressor.4.weight 5,7,1,1"]);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(2, 4)]
    public void Larger_map_is_averaged_down(long studentSize, long teacherSize)
    {
        // A 1×1 convolution of maps that are the same everywhere is the same everywhere: the size cannot matter.
        Tensor Map(long channels, long size) => torch.arange(1, channels + 1, torch.ScalarType.Float64).view(1, channels, 1, 1).expand(2, channels, size, size);
        var loss = new VariationalInformationLoss("layer", "layer");
        double expected = Value(loss, Map(3, 2), Map(5, 2));

        Close.ShouldBe(Value(loss, Map(3, studentSize), Map(5, teacherSize)), expected, 1e-12);
    }

    [Fact]
    public void Second_preparation_keeps_what_is_learned()
    {
        var loss = new VariationalInformationLoss("layer", "layer");
        Value(loss, torch.zeros(2, 3, 4, 4), torch.zeros(2, 5, 4, 4));
        Module? first = loss.Module;

        Value(loss, torch.zeros(2, 3, 4, 4), torch.zeros(2, 5, 4, 4));

        loss.Module.Should().BeSameAs(first);
    }

    [Fact]
    public void Variance_at_the_start_is_refused_when_it_is_not_above_its_least()
    {
        Action prepare = () =>
            Value(new VariationalInformationLoss("layer", "layer") { InitialVariance = 0.1, Epsilon = 0.1 }, torch.zeros(2, 3, 4, 4), torch.zeros(2, 5, 4, 4));

        prepare.Should().Throw<InvalidOperationException>().WithMessage("InitialVariance must be above Epsilon, 0.1, *");
    }

    [Fact]
    public void Layers_that_are_no_maps_are_refused()
    {
        Action prepare = () => Value(new VariationalInformationLoss("layer", "layer"), torch.zeros(2, 3), torch.zeros(2, 5, 4, 4));

        prepare.Should().Throw<InvalidOperationException>().WithMessage("*student's layer is [2, 3] and the teacher's [2, 5, 4, 4]*");
    }

    [Fact]
    public void Options_are_refused_when_they_are_not_positive()
    {
        Action[] makes =
        [
            () => _ = new VariationalInformationLoss("a", "b") { HiddenChannels = 0 },
            () => _ = new VariationalInformationLoss("a", "b") { InitialVariance = 0 },
            () => _ = new VariationalInformationLoss("a", "b") { Epsilon = 0 },
        ];

        makes.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*must be positive*"));
    }

    private static IEnumerable<string> Shapes(VariationalInformationLoss loss) =>
        loss.Module!.named_parameters().Select(parameter => $"{parameter.name} {string.Join(',', parameter.parameter.shape)}");

    private static double Value(VariationalInformationLoss loss, Tensor student, Tensor teacher)
    {
        DistillationContext context = Layers.Of(student, teacher);
        loss.Prepare(context);
        return Close.Numbers(loss.Compute(context))[0];
    }
}
