namespace Distillation.Losses;

/// <summary>Soft targets at several temperatures, of each sample, between samples and between classes (MLLD; Jin, Wang and Lin, 2023).</summary>
/// <remarks>
/// <para>
/// The sum over the temperatures T of <c>T² · (1/R) Σᵣ KL(pᵣ ‖ qᵣ) + (1/R) ‖P·Pᵀ − Q·Qᵀ‖² + (1/C) ‖Pᵀ·P − Qᵀ·Q‖²</c>, where P = softmax(t/T) and Q =
/// softmax(s/T), [R, C], and the norm is the root of the sum of squares; for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows
/// [R, C].
/// </para>
/// <para>
/// The scales are those of the authors' code: there is no T² at the second and third part, and these two grow with the number of rows. Rows that do not count
/// are left out. The second part takes memory for R² numbers: for dense predictions set <see cref="BatchWeight"/> to 0.
/// </para>
/// <para>
/// The authors add up a weakly and a strongly augmented view, and multiply some parts by the share of samples, or of classes, of which the teacher is least
/// sure (half of them); neither is done here. Each part has a weight instead.
/// </para>
/// </remarks>
public sealed class MultiLevelLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperatures">How soft the probabilities are: at least one, each positive. The default is 2, 3, 4, 5 and 6.</param>
    public MultiLevelLoss(IReadOnlyList<double>? temperatures = null)
    {
        double[] all = [.. (temperatures ?? [2, 3, 4, 5, 6]).Select(temperature => Require.Positive(temperature, nameof(temperatures)))];
        Temperatures = all.Length > 0 ? all : throw new ArgumentException("There must be at least one temperature.", nameof(temperatures));
    }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive numbers. The default is 2, 3, 4, 5 and 6.</value>
    public IReadOnlyList<double> Temperatures { get; }

    /// <summary>Gets the weight of soft targets.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double InstanceWeight { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the weight of what is between samples.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double BatchWeight { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the weight of what is between classes.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double ClassWeight { get; init => field = Require.NotNegative(value); } = 1;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        (nameof(Temperatures), Temperatures),
        (nameof(InstanceWeight), InstanceWeight),
        (nameof(BatchWeight), BatchWeight),
        (nameof(ClassWeight), ClassWeight),
    ];

    /// <inheritdoc/>
    public override bool ComparesSamples => BatchWeight > 0 || ClassWeight > 0;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => BatchRows.Compare(rows, (student, teacher) =>
        Temperatures.Select(temperature => At(temperature, student, teacher)).Aggregate(TensorArithmetic.Add));

    private Tensor At(double temperature, Tensor studentLogits, Tensor teacherLogits)
    {
        (Tensor student, Tensor teacher) = (TemperatureSoftmax.Log(studentLogits, temperature), TemperatureSoftmax.Log(teacherLogits, temperature));
        Tensor sum = TemperatureSoftmax.Divergence(teacher, student).mean().Mul(InstanceWeight * temperature * temperature);
        (student, teacher) = (student.exp(), teacher.exp());
        if (BatchWeight > 0)
        {
            sum = sum.Add(Difference(student, teacher).Div(student.size(0)).Mul(BatchWeight));
        }

        if (ClassWeight == 0)
        {
            return sum;
        }

        // A class that both rule out in all rows is none.
        Tensor classes = RuledOut.ByBoth(studentLogits, teacherLogits).all(0).logical_not_().sum();
        return sum.Add((Difference(student.t(), teacher.t()) / classes).Mul(ClassWeight));
    }

    // How far apart the products of all pairs of rows are.
    private static Tensor Difference(Tensor student, Tensor teacher) => (student.mm(student.t()) - teacher.mm(teacher.t())).Square().sum();
}
