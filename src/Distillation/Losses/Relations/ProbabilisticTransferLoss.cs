namespace Distillation.Losses;

/// <summary>Each sample's neighbors, as probabilities, are the same to the student as to the teacher (PKT; Passalis and Tefas, 2018).</summary>
/// <remarks>
/// <para>
/// <c>(1/N²) Σᵢⱼ pᵢⱼ · log((pᵢⱼ + ε) / (qᵢⱼ + ε))</c>, where p (teacher) and q (student) are the cosines of the samples' features, brought to [0, 1] by
/// <c>(cos + 1)/2</c>, with each row divided by its sum, and ε is 1e-7; for layers [N, ...] flattened to [N, D]. The layers may differ in all but N.
/// </para>
/// <para>
/// As in the authors' code and RepDistiller: the mean over all N² pairs, and ε also on the norms. The paper sums over the pairs. A sample whose features are
/// all zero is as far from every other as a right angle.
/// </para>
/// </remarks>
public sealed class ProbabilisticTransferLoss : FeatureLoss
{
    private const double Epsilon = 1e-7;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    public ProbabilisticTransferLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        Tensor wanted = Neighbors(teacher);
        return (wanted * (wanted.Add(Epsilon).log() - Neighbors(student).Add(Epsilon).log())).mean();
    }

    private static Tensor Neighbors(Tensor layer)
    {
        Tensor flat = FeatureShapes.Flat(layer);
        Tensor norm = flat.norm(1, keepdim: true, p: 2);
        Tensor unit = flat / norm.Add(Epsilon).MaskedFill(norm.Eq(0), 1);
        Tensor similarities = unit.mm(unit.t()).Add(1).Div(2).ClampMin(0);
        return similarities / similarities.sum(1, keepdim: true).ClampMin(Epsilon);
    }
}
