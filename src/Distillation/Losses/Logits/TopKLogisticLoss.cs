using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Ranking by a logistic loss: of two classes among the teacher's likeliest, the student gives the one that the teacher prefers the larger logit.
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (1/|P|) Σ₍ᵢ,ⱼ₎ log(1 + exp(−(sᵢ − sⱼ)))</c>, for student logits s and the pairs P of the teacher's k likeliest classes with
/// <c>qᵢ − qⱼ &gt; 1e-9</c> and <c>qⱼ &gt; 1e-9</c>, q = softmax(t). Logits are [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. A row without pairs counts
/// as 0.
/// </para>
/// <para>
/// It follows DistillKit's <c>logistic_ranking</c>, which divides by the number of pairs in the whole batch: there rows with more pairs count more. k is what
/// its teacher recorded, and has no default there.
/// </para>
/// </remarks>
public sealed class TopKLogisticLoss : RowLoss, IRowGradient
{
    private const double Epsilon = 1e-9;

    /// <summary>Creates the loss.</summary>
    /// <param name="count">k: how many of the teacher's classes are compared, two at least; all where there are fewer. The default value is 10.</param>
    public TopKLogisticLoss(int count = 10) => Count = Require.InRange(count, 2, int.MaxValue);

    /// <summary>Gets how many of the teacher's classes are compared.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Count), Count)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        TopKPairs pairs = TopKPairs.Of(rows, Count, Epsilon);
        return TopKPairs.Sum(functional.logsigmoid(Differences(rows, pairs)).neg() * pairs.Shares);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        TopKPairs pairs = TopKPairs.Of(rows, Count, Epsilon);
        Tensor differences = Differences(rows, pairs);
        Tensor values = TopKPairs.Sum(functional.logsigmoid(differences).mul_(pairs.Shares)).neg_();
        Tensor atClasses = TopKPairs.AtClasses(differences.neg_().sigmoid_().mul_(pairs.Shares)).neg_();
        return new(values, torch.zeros_like(rows.Student).scatter_(1, pairs.Indices, atClasses.t()));
    }

    // 0 where there is no pair: two logits of −∞ have no difference.
    private static Tensor Differences(LogitRows rows, TopKPairs pairs) => TopKPairs.Differences(pairs.Take(rows.Student)).MaskedFill(pairs.Shares.Eq(0), 0);
}
