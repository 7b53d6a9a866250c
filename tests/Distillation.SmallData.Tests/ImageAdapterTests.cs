namespace Distillation.SmallData.Tests;

public sealed class ImageAdapterTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Gray_images_get_channels_with_their_own_scale()
    {
        var adapter = new ImageAdapter { Channels = 2, Mean = [1, 2], Deviation = [2, 4] };

        Tensor adapted = adapter.Adapt(torch.tensor([3.0, 5], [1, 1, 1, 2]));

        adapted.shape.Should().Equal(1, 2, 1, 2);
        Close.Numbers(adapted).Should().Equal(1, 2, 0.25, 0.75);
    }

    [Fact]
    public void Size_is_interpolated_without_aligned_corners()
    {
        // Where pixels are 0 and 4, the quarters between their centers are 1 and 3.
        Tensor adapted = new ImageAdapter { Size = 4 }.Adapt(torch.tensor([0.0, 4, 0, 4], [1, 2, 2]));

        adapted.shape.Should().Equal(1, 1, 4, 4);
        Close.Numbers(adapted)[..4].Should().Equal(0, 1, 3, 4);
    }

    [Fact]
    public void Adapter_without_settings_changes_nothing()
    {
        Tensor images = torch.rand(2, 3, 5, 4, torch.ScalarType.Float64);

        Close.Numbers(new ImageAdapter().Adapt(images)).Should().Equal(Close.Numbers(images));
    }

    [Fact]
    public void Images_of_other_channels_are_named()
    {
        Action adapt = () => ImageAdapter.ImageNet.Adapt(torch.zeros(1, 2, 8, 8));

        adapt.Should().Throw<ArgumentException>().WithMessage("*1 channel or 3*[1, 2, 8, 8]*");
    }

    [Fact]
    public void Integers_are_refused()
    {
        Action adapt = () => new ImageAdapter().Adapt(torch.zeros([1, 1, 8, 8], torch.ScalarType.Byte));

        adapt.Should().Throw<ArgumentException>().WithMessage("*floating type*Byte*");
    }

    [Fact]
    public void Deviation_of_zero_is_refused()
    {
        Action make = () => _ = new ImageAdapter { Deviation = [1, 0] };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Deviation must be positive*");
    }

    [Fact]
    public void Means_of_another_number_than_the_channels_are_named()
    {
        Action adapt = () => new ImageAdapter { Mean = [1, 2] }.Adapt(torch.zeros(1, 3, 8, 8));

        adapt.Should().Throw<ArgumentException>().WithMessage("*Mean has 2 numbers*3 channels*");
    }
}
