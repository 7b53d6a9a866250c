using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>How far the probabilities of several labels agree with those of a reference, whose logits are in the place of labels.</summary>
internal sealed class LabelAgreement : Metric
{
    private readonly Func<TargetRows, Tensor> _measure;

    private LabelAgreement(string name, bool higherIsBetter, Func<TargetRows, Tensor> measure)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        _measure = measure;
    }

    public static IReadOnlyList<Metric> All { get; } =
    [
        new LabelAgreement("Agreement", higherIsBetter: true, rows => rows.Predictions.Gt(0).eq(rows.Targets.Gt(0)).to(torch.ScalarType.Float64).mean([1])),
        new LabelAgreement("KullbackLeibler", higherIsBetter: false, Divergence),
        new LabelAgreement("TotalVariation", higherIsBetter: false, rows => (rows.Targets.sigmoid() - rows.Predictions.sigmoid()).abs().mean([1])),
    ];

    public override string Name { get; }

    public override bool HigherIsBetter { get; }

    public override Tensor Measure(MetricInput input) => Shares.State(_measure(input.Targets));

    public override double Compute(Tensor state) => Shares.Of(state);

    private static Tensor Divergence(TargetRows rows)
    {
        (Tensor p, Tensor q) = (rows.Targets, rows.Predictions);
        return One(p, q).Add(One(p.neg(), q.neg())).sum(1);

        static Tensor One(Tensor p, Tensor q) => p.sigmoid() * (functional.logsigmoid(p) - functional.logsigmoid(q));
    }
}
