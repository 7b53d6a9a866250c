namespace Distillation.Losses;

/// <summary>
/// Correlation at a layer: the student's features vary as the teacher's do, over the channels of each place and over the places of each channel (DIST+; Huang
/// et al., 2025).
/// </summary>
/// <remarks>
/// <para>
/// <c>β · (1/R) Σᵣ (1 − ρ(sᵣ, tᵣ)) + γ · (1/C) Σ_c (1 − ρ(s_·c, t_·c))</c>, where ρ is Pearson's correlation and the layers s, behind the connector, and t are
/// rows [R, C]: samples of [N, C], tokens of [N, T, C], or places of [N, C, H, W]. The first part is over the channels of each row; the second, over all rows
/// of the batch, for each channel.
/// </para>
/// <para>
/// It is <see cref="CorrelationLoss"/> on features: as there, a place counts as a sample, and what does not vary has the correlation 0 and no gradient; there
/// is no softmax. The size and the offset of features do not matter, so that a connector need not learn them.
/// </para>
/// <para>The paper's other half, teacher acclimation, trains the teacher to suit the student: it is a scheme of training, and not part of this loss.</para>
/// </remarks>
public sealed class LayerCorrelationLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">
    /// What brings the student's layer to the teacher's shape, such as <see cref="ConvolutionConnector"/> or <see cref="LinearConnector"/>; nothing if not
    /// given.
    /// </param>
    public LayerCorrelationLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <summary>Gets the weight of the correlation over channels.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Beta { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the weight of the correlation over places.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Gamma { get; init => field = Require.NotNegative(value); } = 1;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Beta), Beta), (nameof(Gamma), Gamma)];

    /// <inheritdoc/>
    public override bool ComparesSamples => Gamma > 0;

    /// <inheritdoc/>
    /// <returns>The number of states that count, or <see langword="null"/> without a mask.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => PlaceMask.CountOfStates(batch, Require.Present(student)[StudentLayer]);

    /// <inheritdoc/>
    private protected override Tensor? LeftOut(DistillationContext context, Tensor layer) => PlaceMask.OfStates(context, layer);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        (Tensor ofStudent, Tensor ofTeacher) = (Rows(student), Rows(teacher));
        Tensor? leftOut = LeftOut(context, student)?.reshape(-1, 1);
        return Correlations.Distance(ofStudent, ofTeacher, along: 1, leftOut)
            .Mul(Beta)
            .Add(Correlations.Distance(ofStudent, ofTeacher, along: 0, leftOut).Mul(Gamma));
    }

    private static Tensor Rows(Tensor layer) => layer.dim() switch
    {
        2 => layer,
        3 => layer.flatten(0, 1),
        4 => layer.permute(0, 2, 3, 1).flatten(0, 2),
        _ => throw new InvalidOperationException($"The loss compares layers [N, C], [N, T, C] or [N, C, H, W], but they are {Shapes.Of(layer)}."),
    };
}
