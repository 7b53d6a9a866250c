using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The student's layer has the direction of the teacher's, each sample as one vector (knowledge adaptation; He et al., 2019).</summary>
/// <remarks>
/// <para><c>mean |s/‖s‖ − t/‖t‖|</c> over all elements, with L2 norms over each sample; for layers [N, ...] of one shape, flattened to [N, D].</para>
/// <para>
/// As in torchdistill's KTALoss with p = 1 and q = 2. In the paper the teacher's layer passes through an auto-encoder, trained before: name the layer of a
/// teacher that has one. A sample of zeros stays zero.
/// </para>
/// </remarks>
public sealed class AdaptedKnowledgeLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">What brings the student's layer to the teacher's shape; nothing if not given.</param>
    public AdaptedKnowledgeLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        return functional.l1_loss(UnitVectors.Of(FeatureShapes.Flat(student), 1), UnitVectors.Of(FeatureShapes.Flat(teacher), 1));
    }
}
