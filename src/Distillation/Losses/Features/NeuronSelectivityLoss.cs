using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Neuron selectivity transfer: the student's channels are spread over the places of the image as the teacher's are (Huang and Wang, 2017).</summary>
/// <remarks>
/// <para><c>mean k(tᵢ, tⱼ) + mean k(sᵢ, sⱼ) − 2 mean k(sᵢ, tⱼ)</c>, the squared maximum mean discrepancy with the polynomial kernel <c>k(a, b) = (aᵀb)²</c>,
/// over the channels i, j of each sample, each flattened to H·W places and brought to length 1; the mean is over pairs of channels and samples.</para>
/// <para>The layers are maps [N, C, H, W]; the numbers of channels may differ, and the larger map is averaged down to the smaller. As in RepDistiller.</para>
/// </remarks>
public sealed class NeuronSelectivityLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, maps.</param>
    /// <param name="teacher">The teacher's layer, maps.</param>
    public NeuronSelectivityLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (student, teacher) = FeatureMaps.PoolToSmaller(student, teacher);
        Tensor own = Channels(student);
        Tensor other = Channels(teacher);
        return MeanKernel(other, other).Add(MeanKernel(own, own)) - MeanKernel(own, other).Mul(2);
    }

    private static Tensor Channels(Tensor map) => functional.normalize(map.flatten(2), dim: 2);

    private static Tensor MeanKernel(Tensor left, Tensor right) => left.bmm(right.transpose(1, 2)).Square().mean();
}
