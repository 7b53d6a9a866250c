namespace Distillation.Losses;

/// <summary>
/// Ranking by a hinge: of two classes among the teacher's likeliest, the student gives the one that the teacher prefers the larger probability, by a margin.
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (1/|P|) Σ₍ᵢ,ⱼ₎ max(0, m − (pᵢ − pⱼ))</c>, for the student's probabilities p = softmax(s) and the pairs P of the teacher's k likeliest classes
/// with <c>qᵢ − qⱼ &gt; 1e-8</c> and <c>qⱼ &gt; 1e-8</c>, q = softmax(t); the margin m is a number, or the teacher's own difference <c>qᵢ − qⱼ</c>. Logits are
/// [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. A row without pairs counts as 0.
/// </para>
/// <para>
/// It follows DistillKit's <c>hinge</c>, which divides by the number of pairs in the whole batch: there rows with more pairs count more. k is what its teacher
/// recorded, and has no default there.
/// </para>
/// </remarks>
public sealed class TopKHingeLoss : RowLoss, IRowGradient
{
    private const double Epsilon = 1e-8;

    /// <summary>Creates the loss.</summary>
    /// <param name="count">k: how many of the teacher's classes are compared, two at least; all where there are fewer. The default value is 10.</param>
    public TopKHingeLoss(int count = 10) => Count = Require.InRange(count, 2, int.MaxValue);

    /// <summary>Gets how many of the teacher's classes are compared.</summary>
    public int Count { get; }

    /// <summary>Gets by how much the student's probabilities must differ.</summary>
    /// <value>Zero or positive, or <see langword="null"/>: as much as the teacher's do. The default value is <see langword="null"/>.</value>
    public double? Margin { get; init => field = value is { } margin ? Require.NotNegative(margin) : null; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Count), Count), (nameof(Margin), Margin)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        TopKPairs pairs = TopKPairs.Of(rows, Count, Epsilon);
        return TopKPairs.Sum(Shortfall(pairs.Take(TemperatureSoftmax.Probabilities(rows.Student, 1)), pairs) * pairs.Shares);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        TopKPairs pairs = TopKPairs.Of(rows, Count, Epsilon);
        Tensor student = TemperatureSoftmax.Probabilities(rows.Student, 1);
        Tensor likeliest = pairs.Take(student);
        Tensor shortfall = Shortfall(likeliest, pairs);
        Tensor values = TopKPairs.Sum(shortfall * pairs.Shares);
        Tensor missed = shortfall.sign_().mul_(pairs.Shares);

        // With g at the probabilities of the k classes, −q · Σ g · q, and g · q more at those.
        Tensor weighted = TopKPairs.AtClasses(missed).mul_(likeliest);
        return new(values, student.mul_(weighted.sum([0]).unsqueeze(1)).scatter_add_(1, pairs.Indices, weighted.t().neg_()));
    }

    // By how much each pair misses the margin, [K, K, R]; 0 where it does not.
    private Tensor Shortfall(Tensor likeliest, TopKPairs pairs) =>
        (Margin is { } margin ? TopKPairs.Differences(likeliest).RSub(margin) : TopKPairs.Differences(pairs.Teacher - likeliest)).relu();
}
