using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>How far class probabilities agree with those of a reference, whose logits are in the place of labels.</summary>
internal sealed class ClassAgreement : Metric
{
    private readonly Func<ClassRows, Tensor> _measure;

    private ClassAgreement(string name, bool higherIsBetter, Func<ClassRows, Tensor> measure)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        _measure = measure;
    }

    public static IReadOnlyList<Metric> All { get; } =
    [
        new ClassAgreement("Agreement", higherIsBetter: true, rows => rows.Predicted.eq(rows.Labels)),
        new ClassAgreement("KullbackLeibler", higherIsBetter: false, Divergence),
        new ClassAgreement(
            "TotalVariation", higherIsBetter: false, rows => (functional.log_softmax(rows.Target, 1).exp() - rows.Probabilities).abs().sum(1).Div(2)),
    ];

    public override string Name { get; }

    public override bool HigherIsBetter { get; }

    public override Tensor Measure(MetricInput input) => Shares.State(_measure(input.Classes));

    public override double Compute(Tensor state) => Shares.Of(state);

    // 0 · log 0 is 0: what the reference rules out costs nothing.
    private static Tensor Divergence(ClassRows rows)
    {
        Tensor log = functional.log_softmax(rows.Target, 1);
        Tensor p = log.exp();
        return (p * (log - rows.LogProbabilities)).MaskedFill(p.Eq(0), 0).sum(1);
    }
}
