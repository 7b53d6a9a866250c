using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>A 1×1 convolution: [N, C_s, H, W] to [N, C_t, H, W].</summary>
public sealed class ConvolutionConnector : Connector
{
    /// <summary>Gets whether the convolution adds a bias.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Bias), Bias)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        return Conv2d(student.size(1), teacher.size(1), kernel_size: 1, bias: Bias);
    }
}
