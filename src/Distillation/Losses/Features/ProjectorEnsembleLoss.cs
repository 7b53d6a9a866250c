namespace Distillation.Losses;

/// <summary>The student's layer, seen through several projectors, has the direction of the teacher's (PEFD; Chen et al., 2022).</summary>
/// <remarks>
/// <para>
/// <c>mean (1 − cos(p(s), t))</c>, where p is the mean of the projectors and the cosine is taken over the channels: over C at each place of maps [N, C, H, W],
/// over the last dimension of layers [N, D] and [N, T, D].
/// </para>
/// <para>
/// As in the authors' code: three projectors, each a linear map and a ReLU, on the layer before the classifier, [N, D]; there the loss has the weight 25. A
/// vector of zeros has the cosine 0 with every other.
/// </para>
/// </remarks>
public sealed class ProjectorEnsembleLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    /// <param name="connector">What projects the student's layer; a <see cref="ProjectorEnsembleConnector"/> of three if not given.</param>
    public ProjectorEnsembleLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector ?? new ProjectorEnsembleConnector())
    {
    }

    /// <inheritdoc/>
    /// <returns>The number of states that count, or <see langword="null"/> without a mask.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => PlaceMask.CountOfStates(batch, Require.Present(student)[StudentLayer]);

    /// <inheritdoc/>
    private protected override Tensor? LeftOut(DistillationContext context, Tensor layer) => PlaceMask.OfStates(context, layer);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        int channels = ChannelMap.Dimension(student);
        return PlaceMask.Mean((UnitVectors.Of(student, channels) * UnitVectors.Of(teacher, channels)).sum(channels).RSub(1), LeftOut(context, student));
    }
}
