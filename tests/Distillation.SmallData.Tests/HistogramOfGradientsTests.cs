using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class HistogramOfGradientsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Edge_falls_into_the_bin_of_its_gradient()
    {
        // Brightness grows to the right: the gradient points to 0 degrees, between the first bin and the last.
        Tensor right = torch.arange(8, torch.ScalarType.Float32).expand(1, 1, 8, 8);

        double[] bins = Bins(right);

        bins[0].Should().BeApproximately(bins[8], 1e-6).And.BePositive();
        bins[1..8].Should().OnlyContain(bin => Math.Abs(bin) < 1e-6);
    }

    [Fact]
    public void Turned_edge_falls_into_the_bin_a_quarter_turn_further()
    {
        double[] bins = Bins(torch.arange(8, torch.ScalarType.Float32).view(1, 1, 8, 1).expand(1, 1, 8, 8));

        Array.IndexOf(bins, bins.Max()).Should().Be(4);
    }

    [Fact]
    public void Brightness_and_contrast_do_not_matter()
    {
        Tensor images = Some.Inputs(3, 144).view(3, 1, 12, 12);
        var histogram = new HistogramOfGradients();

        Close.ShouldBe(Close.Numbers(histogram.Describe((images * 7) + 3)), Close.Numbers(histogram.Describe(images)), 1e-3);
    }

    [Fact]
    public void Blocks_are_counted()
    {
        new HistogramOfGradients().Describe(torch.zeros(2, 3, 28, 28)).shape.Should().Equal(2, 6 * 6 * 4 * 9);
        new HistogramOfGradients { CellSize = 7, Orientations = 6 }.Describe(torch.zeros(2, 28, 28)).shape.Should().Equal(2, 3 * 3 * 4 * 6);
    }

    [Fact]
    public void Flat_images_give_zeros() =>
        Close.Numbers(new HistogramOfGradients().Describe(torch.ones(1, 1, 8, 8))).Should().OnlyContain(number => number == 0);

    [Fact]
    public void Staggered_cells_describe_the_image_as_if_it_were_moved_by_half_a_cell()
    {
        Tensor images = torch.zeros(2, 1, 16, 16);
        images.narrow(2, 4, 8).narrow(3, 4, 8).copy_(Some.Inputs(2, 64).view(2, 1, 8, 8));
        var plain = new HistogramOfGradients();

        double[] staggered = Close.Numbers((plain with { Staggered = true }).Describe(images));

        double[] moved = Close.Numbers(
            torch.cat([plain.Describe(Moved(2, 2)), plain.Describe(Moved(2, 0)), plain.Describe(Moved(0, 2)), plain.Describe(images)], 1));
        Close.ShouldBe(staggered, moved, 1e-6);

        Tensor Moved(int down, int right) => images.roll([down, right], [2, 3]);
    }

    [Fact]
    public void Pixels_stand_behind_the_description_at_their_share_of_its_length()
    {
        Tensor images = Some.Inputs(3, 144).view(3, 1, 12, 12);
        var histogram = new HistogramOfGradients { PixelWeight = 0.5 };

        Tensor described = histogram.Describe(images);

        Tensor pixels = described.narrow(1, 4 * 36, 144);
        Close.ShouldBe(Close.Numbers(pixels.norm(1)), [1, 1, 1], 1e-6);
        Close.ShouldBe(Close.Numbers(functional.normalize(images.flatten(1))), Close.Numbers(pixels), 1e-6);
    }

    [Fact]
    public void Images_that_are_too_small_are_named()
    {
        Action describe = () => new HistogramOfGradients().Describe(torch.zeros(1, 1, 7, 8));

        describe.Should().Throw<ArgumentException>().WithMessage("*at least 8 rows*[1, 1, 7, 8]*");
    }

    // The first cell of the only block of an 8x8 image.
    private static double[] Bins(Tensor image) => Close.Numbers(new HistogramOfGradients().Describe(image))[..9];
}
