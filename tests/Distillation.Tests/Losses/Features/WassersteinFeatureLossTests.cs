using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class WassersteinFeatureLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Order_of_the_places_does_not_matter()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 3, 4, 4));
        var loss = new WassersteinFeatureLoss("student", "teacher");

        Close.ShouldBe(Layers.Value(loss, student.flip(2), teacher), Layers.Value(loss, student, teacher), 1e-12);
    }

    [Fact]
    public void Sizes_of_the_maps_may_differ()
    {
        Tensor student = Layers.Random(1, 2, 3, 4, 4);

        // Every number twice: equal means, and an unbiased variance of 30/31.
        double value = Layers.Value(new WassersteinFeatureLoss("student", "teacher"), student, student.repeat_interleave(2, 2));

        value.Should().BeInRange(1e-9, 1e-2);
    }

    [Fact]
    public void Large_numbers_keep_their_deviation_in_float32()
    {
        Tensor student = Layers.Random(1, 2, 3, 4, 4);
        Tensor teacher = Layers.Random(2, 2, 3, 4, 4);
        var loss = new WassersteinFeatureLoss("student", "teacher") { MeanWeight = 0 };
        double expected = Layers.Value(loss, student, teacher);

        Tensor value = loss.Compute(Layers.Context((student + 3000).to(torch.ScalarType.Float32), teacher.to(torch.ScalarType.Float32)));

        Close.ShouldBe(value.item<float>(), expected, 1e-2);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor student = Layers.Random(1, 2, 3, 4, 4);
        Action grid = () => Layers.Value(new WassersteinFeatureLoss("student", "teacher") { Grid = 5 }, student, student);
        Action channels = () => Layers.Value(new WassersteinFeatureLoss("student", "teacher"), student, Layers.Random(2, 2, 5, 4, 4));
        Action weight = () => _ = new WassersteinFeatureLoss("student", "teacher") { MeanWeight = -1 };

        grid.Should().Throw<InvalidOperationException>().WithMessage("Grid must be at most the height and width of the maps, but is 5, and a map is *");
        channels.Should().Throw<InvalidOperationException>().WithMessage("*same number of channels*");
        weight.Should().Throw<ArgumentOutOfRangeException>().WithMessage("MeanWeight must be *");
    }
}
