using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Hints: a layer of the student matches a layer of the teacher (FitNets; Romero et al., 2015).</summary>
/// <remarks>
/// <c>mean (c(s) − t)²</c> over all elements, for the student's layer s, the connector c and the teacher's layer t, [N, ...]; as in mdistiller and
/// RepDistiller. The paper has ½ of the sum.
/// </remarks>
public sealed class HintLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">
    /// What brings the student's layer to the teacher's shape, such as <see cref="ConvolutionConnector"/> or <see cref="LinearConnector"/>; nothing if not
    /// given.
    /// </param>
    public HintLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <inheritdoc/>
    /// <returns>The number of states that count, or <see langword="null"/> without a mask.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => PlaceMask.CountOfStatesIfAny(batch, Require.Present(student)[StudentLayer]);

    /// <inheritdoc/>
    private protected override Tensor? LeftOut(DistillationContext context, Tensor layer) => PlaceMask.OfStatesIfAny(context, layer);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        return LeftOut(context, student) is { } leftOut
            ? PlaceMask.Mean((student - teacher).Square(), leftOut.unsqueeze(-1))
            : functional.mse_loss(student, teacher);
    }
}
