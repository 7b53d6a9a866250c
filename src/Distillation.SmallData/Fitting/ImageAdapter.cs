using System.Globalization;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Brings images to the channels, the size and the scale that a network was trained on.</summary>
/// <remarks>
/// In this order: gray images get <see cref="Channels"/> equal channels; images are resized to <see cref="Size"/> by bilinear interpolation without
/// antialiasing, corners not aligned, as PyTorch's <c>interpolate</c> does it; <c>(x − Mean) / Deviation</c>, a number for each channel or one for all.
/// </remarks>
public sealed record ImageAdapter
{
    /// <summary>
    /// Gets what networks trained on ImageNet by torchvision take of images in [0, 1]: three channels, 224 rows and columns, its means and deviations.
    /// </summary>
    public static ImageAdapter ImageNet { get; } = new() { Channels = 3, Size = 224, Mean = [0.485, 0.456, 0.406], Deviation = [0.229, 0.224, 0.225] };

    /// <summary>Gets the number of channels.</summary>
    /// <value>Positive, or <see langword="null"/>: as they are. The default value is <see langword="null"/>.</value>
    public int? Channels { get; init => field = value is { } given ? Require.Positive(given) : null; }

    /// <summary>Gets the number of rows and of columns.</summary>
    /// <value>Positive, or <see langword="null"/>: as they are. The default value is <see langword="null"/>.</value>
    public int? Size { get; init => field = value is { } given ? Require.Positive(given) : null; }

    /// <summary>Gets what is subtracted of each channel.</summary>
    /// <value>Finite, one number for all channels or one for each. The default value is 0.</value>
    public IReadOnlyList<double> Mean { get; init => field = Checked(value, nameof(Mean), number => Require.Finite(number, nameof(Mean))); } = [0];

    /// <summary>Gets by what each channel is divided then; 1/255 makes pixels of [0, 1] such of [0, 255].</summary>
    /// <value>Positive, one number for all channels or one for each. The default value is 1.</value>
    public IReadOnlyList<double> Deviation
    {
        get;
        init => field = Checked(value, nameof(Deviation), number => Require.Positive(number, nameof(Deviation)));
    } = [1];

    /// <summary>Gets all settings as text, for the key of a cache.</summary>
    internal string Key => string.Create(
        CultureInfo.InvariantCulture, $"images {Channels} {Size} {string.Join(' ', Mean.Select(Round))} / {string.Join(' ', Deviation.Select(Round))}");

    /// <summary>Adapts images.</summary>
    /// <param name="images">[N, C, H, W] or [N, H, W], of a floating type.</param>
    /// <returns>[N, Channels, Size, Size].</returns>
    /// <exception cref="ArgumentException">The tensor has no images, or its channels are neither one nor those that there must be.</exception>
    public Tensor Adapt(Tensor images)
    {
        Require.Present(images);
        if (images.dim() is not (3 or 4) || !torch.is_floating_point(images))
        {
            throw new ArgumentException(
                $"Images must be [N, C, H, W] or [N, H, W] of a floating type, but are {Distillation.Shapes.Of(images)} {images.dtype}.", nameof(images));
        }

        using var scope = torch.NewDisposeScope();
        Tensor maps = images.dim() == 3 ? images.unsqueeze(1) : images;
        long channels = Channels ?? maps.size(1);
        if (maps.size(1) != 1 && maps.size(1) != channels)
        {
            throw new ArgumentException($"Images must have 1 channel or {channels}, but are {Distillation.Shapes.Of(images)}.", nameof(images));
        }

        // Equal channels are resized once.
        Tensor sized = Size is { } size && (maps.size(2) != size || maps.size(3) != size)
            ? functional.interpolate(maps, [size, size], mode: torch.InterpolationMode.Bilinear, align_corners: false)
            : maps;
        Tensor wide = maps.size(1) == channels ? sized : sized.expand(-1, channels, -1, -1);
        return ((wide - PerChannel(Mean, channels, nameof(Mean))) / PerChannel(Deviation, channels, nameof(Deviation))).MoveToOuterDisposeScope();

        Tensor PerChannel(IReadOnlyList<double> numbers, long count, string name) => numbers.Count == 1 || numbers.Count == count
            ? torch.tensor([.. numbers], images.dtype, images.device).view(1, -1, 1, 1)
            : throw new ArgumentException($"{name} has {numbers.Count} numbers, but the images have {count} channels.", nameof(images));
    }

    private static string Round(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static IReadOnlyList<double> Checked(IReadOnlyList<double> numbers, string name, Func<double, double> check)
    {
        Require.Positive(Require.Present(numbers, name).Count, name);
        return [.. numbers.Select(check)];
    }
}
