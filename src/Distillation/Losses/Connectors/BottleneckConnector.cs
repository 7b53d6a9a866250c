using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The projector of SimKD (Chen et al., CVPR 2022), a narrow stack of convolutions: [N, C_s, H, W] to [N, C_t, H, W].</summary>
/// <remarks>
/// A 1×1 convolution to <c>C_t / factor</c> channels, a 3×3 one, and a 1×1 one to C_t, each without bias and followed by batch norm and ReLU: the teacher's
/// layer is taken behind its ReLU. A map larger than the teacher's is averaged down to its size first; a smaller one keeps its size.
/// </remarks>
public sealed class BottleneckConnector : Connector
{
    /// <summary>Gets how many times narrower than the teacher's layer the stack is inside.</summary>
    /// <value>Positive. The default value is 2.</value>
    public long Factor { get; init => field = Require.Positive(value); } = 2;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Factor), Factor)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        long width = Math.Max(1, teacher.size(1) / Factor);
        return Sequential([
            AdaptiveAvgPool2d((Math.Min(student.size(2), teacher.size(2)), Math.Min(student.size(3), teacher.size(3)))),
            .. Layer(student.size(1), width, kernel: 1),
            .. Layer(width, width, kernel: 3),
            .. Layer(width, teacher.size(1), kernel: 1)]);
    }

    private static Module<Tensor, Tensor>[] Layer(long from, long to, long kernel) =>
        [Conv2d(from, to, kernel, padding: kernel / 2, bias: false), BatchNorm2d(to), ReLU()];
}
