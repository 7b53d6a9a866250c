namespace Distillation.Losses;

/// <summary>
/// The α-β divergence: how much the loss goes by where the teacher's probabilities are large (α), and by where the student's are (β); both Kullback–Leibler
/// divergences are corners of it (ABKD; Wang et al., 2025).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ Σ_c (p^{α+β}/(β(α + β)) + q^{α+β}/(α(α + β)) − p^α q^β/(αβ))</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and
/// teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. At α = 0 and at β = 0 it is the limit:
/// </para>
/// <list type="bullet">
/// <item><description>β = 0: <c>(1/α²) Σ_c (p^α log(p^α/q^α) − p^α + q^α)</c>; α = 1 is KL(p ‖ q).</description></item>
/// <item><description>α = 0: <c>(1/β²) Σ_c (q^β log(q^β/p^β) − q^β + p^β)</c>; β = 1 is KL(q ‖ p).</description></item>
/// </list>
/// <para>
/// α = β = ½ is four times 1 − Σ √(pq), the squared Hellinger distance. Negative numbers and α + β = 0, which the divergence has too, are refused: there the
/// powers are infinite where a probability is 0.
/// </para>
/// <para>
/// The authors' code divides by β once, not twice, in the limit at α = 0, and by α once in that at β = 0: a factor that is 1 at the corners. There is no factor
/// T². The authors' CIFAR-100 runs have α = 0.8, β = 0.3, T = 4 and the weight 32.
/// </para>
/// </remarks>
public sealed class AlphaBetaDivergenceLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">α: the power of the teacher's probabilities; zero or positive. The default value is 0.5.</param>
    /// <param name="beta">β: the power of the student's probabilities; zero or positive, and not 0 where α is. The default value is 0.5.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    /// <exception cref="ArgumentException">Both powers are 0.</exception>
    public AlphaBetaDivergenceLoss(double alpha = 0.5, double beta = 0.5, Schedule? temperature = null)
    {
        Alpha = Require.NotNegative(alpha);
        Beta = Require.NotNegative(beta);
        Temperature = Loss.Temperature(temperature ?? 1);
        if (alpha + beta == 0)
        {
            throw new ArgumentException("The sum of alpha and beta must be positive, but both are 0.", nameof(beta));
        }
    }

    /// <summary>Gets the power of the teacher's probabilities.</summary>
    /// <value>Zero or positive. The default value is 0.5.</value>
    public double Alpha { get; }

    /// <summary>Gets the power of the student's probabilities.</summary>
    /// <value>Zero or positive. The default value is 0.5.</value>
    public double Beta { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Alpha), Alpha), (nameof(Beta), Beta), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = TemperatureSoftmax.Of(rows, Temperature);
        return Values(student, teacher);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        ((Tensor logStudent, Tensor student), (Tensor logTeacher, _)) = TemperatureSoftmax.BothOf(rows, temperature);
        Tensor values = Values(logStudent, logTeacher);

        // At log q: (q^{α+β} − p^α q^β)/α, and at α = 0 its limit q^β log(q/p).
        Tensor gradient = Alpha == 0
            ? LogRatio(logStudent, logTeacher) * Power(logStudent, Beta)
            : (Power(logStudent, Alpha + Beta) - Product(logTeacher, logStudent)).MulInPlace(1 / Alpha);
        Tensor sum = gradient.sum(1, keepdim: true);
        return new(values, gradient.sub_(student.mul_(sum)).MulInPlace(1 / temperature));
    }

    private Tensor Values(Tensor student, Tensor teacher)
    {
        if (Beta == 0)
        {
            return Limit(teacher, student, Alpha);
        }

        return Alpha == 0
            ? Limit(student, teacher, Beta)
            : Power(teacher, Alpha + Beta).Mul(1 / (Beta * (Alpha + Beta)))
                .Add(Power(student, Alpha + Beta).Mul(1 / (Alpha * (Alpha + Beta))))
                .Add(Product(teacher, student).Mul(-1 / (Alpha * Beta)))
                .sum(1);
    }

    // (1/a²) Σ (u^a log(u^a/v^a) − u^a + v^a), from log u and log v.
    private static Tensor Limit(Tensor u, Tensor v, double power) =>
        (LogRatio(u, v) * Power(u, power)).Mul(1 / power).Add((Power(v, power) - Power(u, power)).Mul(1 / (power * power))).sum(1);

    // Where u is 0 its power is, and so is the product with it.
    private static Tensor LogRatio(Tensor u, Tensor v) => (u - v).MaskedFill(u.Eq(double.NegativeInfinity), 0);

    private static Tensor Power(Tensor log, double power) => (power == 1 ? log : log.Mul(power)).exp();

    private Tensor Product(Tensor teacher, Tensor student) => Beta == 0 ? Power(teacher, Alpha) : teacher.Mul(Alpha).Add(student.Mul(Beta)).exp();
}
