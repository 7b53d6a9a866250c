namespace Distillation.Evaluation;

/// <summary>The agreement of the outputs of two models.</summary>
public sealed record AgreementReport
{
    /// <summary>Gets the number of samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the share of samples with the same largest logit, in [0, 1].</summary>
    public required double Agreement { get; init; }

    /// <summary>Gets the mean of KL(p ‖ q) = Σ_c p_c · log(p_c / q_c) in nats, p being the reference; zero or positive.</summary>
    public required double KullbackLeibler { get; init; }

    /// <summary>Gets the mean of ½ Σ_c |p_c − q_c|, in [0, 1].</summary>
    public required double TotalVariation { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(AgreementReport),
        (nameof(Samples), Samples),
        (nameof(Agreement), Agreement),
        (nameof(KullbackLeibler), KullbackLeibler),
        (nameof(TotalVariation), TotalVariation));
}
