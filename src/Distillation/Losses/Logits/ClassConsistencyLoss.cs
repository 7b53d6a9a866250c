namespace Distillation.Losses;

/// <summary>
/// Class-wise self-distillation without a teacher: samples of one class in a batch have the same softened probabilities (CS-KD; Yun et al., 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · (1/R) Σᵣ KL(softmax(s_m/T) ‖ softmax(sᵣ/T))</c>, where m is the next row of the batch that has the label of row r, the first after the last, and its
/// probabilities are constants; for student logits s, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and class ids, [N], [N, T] or [N, H, W]. A row whose
/// class has no other has the value 0.
/// </para>
/// <para>
/// In the authors' code a sampler draws a second sample of the class for each one of the batch; the loss is over these pairs, its weight is 1 beside
/// <see cref="HardLabelLoss"/>, and T is 4. Here every row of the batch learns from another one, so that batches must have several samples of a class, as those
/// of few classes have.
/// </para>
/// </remarks>
public sealed class ClassConsistencyLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 4.</param>
    public ClassConsistencyLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor student = TemperatureSoftmax.Log(rows.Student, temperature);
        Tensor target = student.detach().index_select(0, Partners(rows));
        return TemperatureSoftmax.Divergence(target, student).Mul(temperature * temperature);
    }

    // In the order of the classes, each row's partner is the next one of its class.
    private static Tensor Partners(LogitRows rows)
    {
        Tensor labels = rows.LeftOut is { } leftOut ? rows.Labels.MaskedFill(leftOut, -1) : rows.Labels;
        (_, Tensor? inverse, Tensor? counts) = labels.unique(return_inverse: true, return_counts: true);
        Tensor number = KeptAliveScalar.Arange(0, rows.Count, device: labels.device);
        Tensor order = inverse!.Mul(rows.Count).Add(number).argsort(0, descending: false);
        Tensor sorted = inverse!.index_select(0, order);
        Tensor start = (counts!.cumsum(0) - counts!).index_select(0, sorted);
        Tensor count = counts!.index_select(0, sorted);
        Tensor place = number - start;
        Tensor next = start.Add(place.Add(1).remainder(count));
        return torch.empty_like(order).scatter_(0, order, order.index_select(0, next));
    }
}
