namespace Distillation.Losses;

/// <summary>
/// The divergence between student and teacher as to how similar each embedding of a batch is to the others, with the similarities as probabilities (CompRess;
/// Koohpayegani et al., 2020). The embeddings of the two may differ in width.
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σᵢ KL(pᵢ ‖ qᵢ)</c> with <c>qᵢ = softmax over j ≠ i of cos(sᵢ, sⱼ)/T</c> and <c>pᵢ = softmax over j ≠ i of cos(tᵢ, tⱼ)/T'</c>, for student outputs
/// s, [N, D], and teacher outputs t, [N, E]. Outputs [N, T, D] and [N, D, H, W] are compared as R rows, those that count among each other. The similarities
/// take memory for R² numbers.
/// </para>
/// <para>
/// The similarity of an embedding to itself is left out: its cosine of 1 would take nearly all of the probability at a low temperature. Of fewer than three
/// samples the value is 0. An embedding of zeros has the cosine 0 with all others, without a gradient.
/// </para>
/// <para>
/// There is no factor T². The authors compare each sample with anchors in a memory bank, not in the batch; so does SEED (Fang et al., 2021), with a cross
/// entropy, which has the same gradient, and a lower temperature for the teacher. sentence-transformers' <c>DistillKLDivLoss</c> is another loss: it compares
/// each query with its own passages. Of student and teacher that output these scores, [N, C], it is <see cref="SoftTargetLoss"/>, with a default of T = 1.
/// </para>
/// </remarks>
public sealed class SimilarityDistributionLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the student's probabilities are; positive, at any place of the run. The default value is 0.05.</param>
    /// <param name="teacherTemperature">T': how soft the teacher's are; positive, at any place of the run. The default is T.</param>
    public SimilarityDistributionLoss(Schedule? temperature = null, Schedule? teacherTemperature = null)
    {
        Temperature = Loss.Temperature(temperature ?? 0.05);
        TeacherTemperature = Loss.Temperature(teacherTemperature ?? Temperature);
    }

    /// <summary>Gets how soft the student's probabilities are.</summary>
    /// <value>Positive. The default value is 0.05.</value>
    public Schedule Temperature { get; }

    /// <summary>Gets how soft the teacher's probabilities are.</summary>
    /// <value>Positive. The default is <see cref="Temperature"/>.</value>
    public Schedule TeacherTemperature { get; }

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Temperature), Temperature), (nameof(TeacherTemperature), TeacherTemperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher) = (rows.Counting(rows.Student), rows.Counting(rows.TeacherOfAnyWidth));

        // A sample without another has no neighbors: a sum of none of its numbers, whose gradient is zero.
        Tensor value = student.size(0) < 2
            ? student.narrow(0, 0, 0).sum()
            : TemperatureSoftmax.Divergence(
                Neighbors(teacher, Loss.At(TeacherTemperature, rows.Position)), Neighbors(student, Loss.At(Temperature, rows.Position))).mean();
        return value.expand(rows.Count);
    }

    // The logarithms of the probabilities, [K, K]; −∞ on the diagonal.
    private static Tensor Neighbors(Tensor embeddings, double temperature)
    {
        Tensor unit = UnitVectors.Of(embeddings, 1);
        Tensor own = torch.eye(unit.size(0), dtype: torch.ScalarType.Bool, device: unit.device);
        return TemperatureSoftmax.Log(unit.mm(unit.t()).MaskedFill(own, double.NegativeInfinity), temperature);
    }
}
