namespace Distillation.Losses;

/// <summary>
/// The generalized Jensen–Shannon divergence, reverse Kullback–Leibler among it, of a teacher of whom the likeliest classes of each row are known; all others
/// are one class more, the tail (GKD on sparse targets; Agarwal et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (β · KL(p ‖ m) + (1 − β) · KL(q ‖ m))</c> with m = β · p + (1 − β) · q, for student logits s, [N, C] or [N, T, C] (or [N, C, H, W]), as rows
/// [R, C], and the k listed classes of each row. p and q are probabilities of k + 1 outcomes: p the listed ones and <c>p₀ = 1 − Σ pᵢ</c>, q those of softmax(s)
/// and the sum of all others. β = 0 is KL(p ‖ q), the value of <see cref="SparseTargetLoss"/> with <see cref="MissingProbability.OneBucket"/>, and β = 1 is
/// KL(q ‖ p). The listed classes and their log-probabilities are layers of the teacher, [N, k] or [N, T, k] (or [N, k, H, W]), which a
/// <see cref="Models.TopKTeacher"/> or a recording gives; of padding the log-probability is −∞. The teacher's logits are not read.
/// </para>
/// <para>
/// There is no form without the tail: KL(q ‖ p) over the list alone is smallest where the student moves its probability out of the list. The temperature is 1,
/// because a softer tail would depend on what is in it. p₀ is at least k · ε, the rounding of a sum of k numbers in the student's data type, so that
/// KL(q ‖ p) is finite for a list that has all of the teacher's probability; TRL has the bound 1e-7. Where the list has all classes there is no tail.
/// </para>
/// </remarks>
public sealed class SparseDivergenceLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="beta">β: from KL(p ‖ q) at 0 to KL(q ‖ p) at 1; in [0, 1]. The default value is 0.5.</param>
    public SparseDivergenceLoss(double beta = 0.5) => Beta = Require.InRange(beta, 0, 1);

    /// <summary>Gets where between the two divergences the loss is.</summary>
    /// <value>In [0, 1]. The default value is 0.5.</value>
    public double Beta { get; }

    /// <inheritdoc/>
    public override RequiredFeatures Features { get; } =
        new(FeatureSet.None, FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities));

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Beta), Beta)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor indices, Tensor teacher) = TopKTargets.Read(rows);
        Tensor total = rows.Student.logsumexp(1, keepdim: true);

        // A listed class of no probability is padding: it belongs to the tail, unless it is listed once more.
        Tensor isPadding = teacher.Eq(double.NegativeInfinity);
        Tensor student = (TopKTargets.Gather(rows.Student, indices) - total).MaskedFill(isPadding, double.NegativeInfinity);
        if (indices.size(1) < rows.Classes)
        {
            Tensor times = torch.zeros_like(rows.Student).detach().scatter_add_(1, indices, isPadding.logical_not().to(teacher.dtype));
            Tensor tail = TemperatureSoftmax.LogSum(rows.Student.MaskedFill(times.Gt(0), double.NegativeInfinity)) - total;
            double rounding = indices.size(1) * torch.finfo(teacher.dtype).eps;
            student = torch.cat([student, tail], 1);
            teacher = torch.cat([teacher, teacher.exp().sum(1, keepdim: true).RSub(1).ClampMin(rounding).log()], 1);
        }

        return JensenShannonLoss.Divergence(student, teacher, Beta);
    }
}
