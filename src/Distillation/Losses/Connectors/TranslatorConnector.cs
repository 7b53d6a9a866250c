using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The translator of factor transfer: three 3×3 convolutions, each followed by batch normalization and a leaky ReLU of slope 0.1; [N, C_s, H, W] to [N, C_t, H,
/// W].
/// </summary>
/// <remarks>
/// The channels are C_s to C_s to C_t to C_t, as in RepDistiller. In <see cref="FactorTransferLoss"/> C_t is the number of the paraphraser's factors.
/// </remarks>
public sealed class TranslatorConnector : Connector
{
    /// <summary>Gets whether batch normalization follows each convolution.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Normalize), Normalize)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        FeatureShapes.RequireMaps(student, teacher);
        return Convolutions.Encoder(student.size(1), teacher.size(1), Normalize);
    }
}
