using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The convolutional regressor of hints: one convolution that also changes the size of the map, batch normalization, ReLU; [N, C_s, H_s, W_s] to [N, C_t, H_t,
/// W_t].
/// </summary>
/// <remarks>
/// The convolution is 3×3 with stride 2 where the student's map is twice as high and wide, a transposed 4×4 with stride 2 where it is half as high and wide,
/// and (1 + H_s − H_t)×(1 + W_s − W_t) where it is at least as high and wide. As in RepDistiller and mdistiller, which look at the height alone.
/// </remarks>
public sealed class RegressorConnector : Connector
{
    /// <summary>Gets whether the regressor ends with a ReLU, for a layer of the teacher that is never negative.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Rectify { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Rectify), Rectify)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        Module<Tensor, Tensor> convolution = Convolution(student, teacher);
        long channels = teacher.size(1);
        return Rectify ? Sequential(convolution, BatchNorm2d(channels), ReLU()) : Sequential(convolution, BatchNorm2d(channels));
    }

    private static Module<Tensor, Tensor> Convolution(Tensor student, Tensor teacher)
    {
        (long from, long height, long width) = (student.size(1), student.size(2), student.size(3));
        (long to, long toHeight, long toWidth) = (teacher.size(1), teacher.size(2), teacher.size(3));
        if (height == 2 * toHeight && width == 2 * toWidth)
        {
            return Conv2d(from, to, kernel_size: 3, stride: 2, padding: 1);
        }

        if (2 * height == toHeight && 2 * width == toWidth)
        {
            return ConvTranspose2d(from, to, kernel_size: 4, stride: 2, padding: 1);
        }

        return height >= toHeight && width >= toWidth
            ? Conv2d(from, to, kernel_size: (1 + height - toHeight, 1 + width - toWidth))
            : throw new InvalidOperationException(
                $"{nameof(RegressorConnector)} takes maps of the student that are half as high and wide as the teacher's, or at least as high and wide, "
                + $"but the student's layer is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}.");
    }
}
