namespace Distillation.Evaluation;

/// <summary>How far one model says the same as another.</summary>
/// <param name="Samples">The number of samples.</param>
/// <param name="Agreement">The share of samples with the same largest logit, in [0, 1].</param>
/// <param name="KullbackLeibler">The mean of KL(p ‖ q) = Σ_c p_c · log(p_c / q_c) in nats, p being the reference; zero or positive.</param>
/// <param name="TotalVariation">The mean of ½ Σ_c |p_c − q_c|, in [0, 1].</param>
public sealed record AgreementReport(long Samples, double Agreement, double KullbackLeibler, double TotalVariation)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(AgreementReport),
        (nameof(Samples), Samples),
        (nameof(Agreement), Agreement),
        (nameof(KullbackLeibler), KullbackLeibler),
        (nameof(TotalVariation), TotalVariation));
}
