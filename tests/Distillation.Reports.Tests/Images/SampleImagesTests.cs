using Distillation.Evaluation;

namespace Distillation.Reports.Tests;

public sealed class SampleImagesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Smallest_and_largest_number_of_all_images_are_black_and_white()
    {
        Tensor inputs = torch.tensor(new float[] { -1, 0, 1, 3, -1, -1, -1, 1 }).view(2, 1, 2, 2);

        (IReadOnlyList<(byte[] Png, int Width, int Height)> images, Interval range) = SampleImages.Encode(inputs, range: null);

        range.Should().Be(new Interval(-1, 3));
        images.Select(image => DecodedPng.Of(image.Png).Pixels).Should().SatisfyRespectively(
            first => first.Should().Equal(0, 64, 128, 255), second => second.Should().Equal(0, 0, 0, 128));
    }

    [Fact]
    public void Given_range_holds_and_what_is_beyond_is_black_or_white()
    {
        Tensor inputs = torch.tensor(new[] { -5, 0, 0.5, 1, 7, double.NaN, double.PositiveInfinity, double.NegativeInfinity }).view(1, 1, 2, 4);

        Pixels(inputs, new(0, 1)).Should().Equal(0, 0, 128, 255, 255, 0, 255, 0);
    }

    [Fact]
    public void Numbers_that_are_not_finite_do_not_count_for_the_range() =>
        Pixels(torch.tensor(new[] { 2, 4, double.NaN, double.PositiveInfinity }).view(1, 1, 2, 2), null).Should().Equal(0, 255, 0, 255);

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void Image_of_one_number_is_black(double value) => Pixels(torch.full([1, 1, 2, 2], value), null).Should().OnlyContain(level => level == 0);

    [Fact]
    public void Channels_stand_side_by_side()
    {
        Tensor inputs = torch.tensor(new byte[] { 10, 11, 20, 21, 30, 31 }).view(1, 3, 1, 2);

        Pixels(inputs, new(0, 255)).Should().Equal(10, 20, 30, 11, 21, 31);
    }

    [Fact]
    public void Large_image_is_reduced_by_means_and_keeps_its_shape()
    {
        Tensor inputs = torch.cat([torch.zeros(1, 3, 256, 256), torch.ones(1, 3, 256, 256)], 3);

        (IReadOnlyList<(byte[] Png, int Width, int Height)> images, _) = SampleImages.Encode(inputs, new(0, 1));

        (images[0].Width, images[0].Height).Should().Be((128, 64));
        var decoded = DecodedPng.Of(images[0].Png);
        (decoded.Width, decoded.Height).Should().Be((128, 64));
        decoded.Pixels.Chunk(3 * 64).Index().Should().OnlyContain(half => half.Item.All(level => level == 255 * (half.Index % 2)));
    }

    private static byte[] Pixels(Tensor inputs, Interval? range) => DecodedPng.Of(SampleImages.Encode(inputs, range).Images.Single().Png).Pixels;
}
