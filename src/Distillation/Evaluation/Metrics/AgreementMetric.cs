using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>How far outputs agree with those of a reference, which are in the place of labels: the mean over rows of a number for each.</summary>
internal sealed class AgreementMetric : Metric
{
    private readonly Func<MetricInput, Tensor> _ofRows;

    private AgreementMetric(string name, bool higherIsBetter, Func<MetricInput, Tensor> ofRows)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        _ofRows = ofRows;
    }

    /// <summary>Gets the metrics of class probabilities.</summary>
    public static IReadOnlyList<Metric> OfClasses { get; } =
    [
        new AgreementMetric("Agreement", higherIsBetter: true, input => input.Classes.Predicted.eq(input.Classes.Labels)),
        new AgreementMetric("KullbackLeibler", higherIsBetter: false, input => Divergence(input.Classes)),
        new AgreementMetric(
            "TotalVariation",
            higherIsBetter: false,
            input => (functional.log_softmax(input.Classes.Target, 1).exp() - input.Classes.Probabilities).abs().sum(1).Div(2)),
    ];

    /// <summary>Gets the metrics of several labels, each with a probability of its own.</summary>
    public static IReadOnlyList<Metric> OfLabels { get; } =
    [
        new AgreementMetric(
            "Agreement", higherIsBetter: true, input => input.Targets.Predictions.Gt(0).eq(input.Targets.Targets.Gt(0)).to(torch.ScalarType.Float64).mean([1])),
        new AgreementMetric("KullbackLeibler", higherIsBetter: false, input => Divergence(input.Targets)),
        new AgreementMetric(
            "TotalVariation", higherIsBetter: false, input => (input.Targets.Targets.sigmoid() - input.Targets.Predictions.sigmoid()).abs().mean([1])),
    ];

    /// <summary>Gets the metric of embeddings.</summary>
    public static IReadOnlyList<Metric> OfEmbeddings { get; } =
    [
        new AgreementMetric(
            "CosineSimilarity", higherIsBetter: true, input => functional.cosine_similarity(input.Targets.Predictions, input.Targets.Targets, 1)),
    ];

    public override string Name { get; }

    public override bool HigherIsBetter { get; }

    public override Tensor Measure(MetricInput input) => Shares.State(_ofRows(input));

    public override double Compute(Tensor state) => Shares.Of(state);

    // 0 · log 0 is 0: what the reference rules out costs nothing.
    private static Tensor Divergence(ClassRows rows)
    {
        Tensor log = functional.log_softmax(rows.Target, 1);
        Tensor p = log.exp();
        return (p * (log - rows.LogProbabilities)).MaskedFill(p.Eq(0), 0).sum(1);
    }

    private static Tensor Divergence(TargetRows rows)
    {
        (Tensor p, Tensor q) = (rows.Targets, rows.Predictions);
        return One(p, q).Add(One(p.neg(), q.neg())).sum(1);

        static Tensor One(Tensor p, Tensor q) => p.sigmoid() * (functional.logsigmoid(p) - functional.logsigmoid(q));
    }
}
