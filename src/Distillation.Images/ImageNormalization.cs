using Distillation.Data;

namespace Distillation.Images;

/// <summary>Means and standard deviations of the channels of well-known data, for <see cref="ImageOptions.Normalization"/>.</summary>
public static class ImageNormalization
{
    /// <summary>
    /// Gets the mean (0.485, 0.456, 0.406) and deviation (0.229, 0.224, 0.225) of ImageNet, for images in [0, 1], red first: what the pretrained models of
    /// torchvision and timm take.
    /// </summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>Gets mean 0.5 and deviation 0.5 of three channels: values in [−1, 1], which many vision transformers take.</summary>
    public static Normalization MinusOneToOne { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
}
