using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on logits against public PyTorch implementations, from the graph and in closed form.</summary>
public sealed class LogitLossTests
{
    [Fact]
    public void Soft_targets_are_those_of_mdistiller() => GoldenLoss.ShouldBe("kd", golden => new SoftTargetLoss(golden["temperature"]));

    [Fact]
    public void Soft_targets_and_hard_labels_are_those_of_torchdistill() =>
        GoldenLoss.ShouldBe("kd+ce", golden => ((1 - golden["alpha"]) * new SoftTargetLoss(golden["temperature"])) + (golden["alpha"] * new HardLabelLoss()));

    [Fact]
    public void Soft_targets_of_sequences_leave_ignored_tokens_out() =>
        GoldenLoss.ShouldBe("kd-sequence", golden => new SoftTargetLoss(golden["temperature"]) { IgnoredLabel = (long)golden["ignore_index"] });

    [Fact]
    public void Soft_cross_entropy_is_that_of_pytorch() => GoldenLoss.ShouldBe("soft-cross-entropy", _ => new SoftCrossEntropyLoss());

    [Fact]
    public void Logit_mse_is_that_of_pytorch() => GoldenLoss.ShouldBe("mse-logits", _ => new LogitMseLoss());

    [Fact]
    public void Hard_labels_with_smoothing_are_those_of_pytorch() =>
        GoldenLoss.ShouldBe("cross-entropy", golden => new HardLabelLoss { LabelSmoothing = golden["label_smoothing"] });

    [Fact]
    public void Standardized_soft_targets_are_those_of_torchdistill() =>
        GoldenLoss.ShouldBe("logit-standardization-kd", golden =>
            (1 / (golden["temperature"] * golden["temperature"])) * new StandardizedLoss(new SoftTargetLoss(golden["temperature"])));

    [Fact]
    public void Decoupled_distillation_is_that_of_mdistiller() =>
        GoldenLoss.ShouldBe("dkd", golden => new DecoupledLoss(golden["alpha"], golden["beta"], golden["temperature"]));

    [Fact]
    public void Normalized_distillation_is_that_of_its_definition() =>
        GoldenLoss.ShouldBe("nkd", golden => new NormalizedTargetLoss(golden["gamma"], golden["temperature"]));

    [Fact]
    public void Generalized_jensen_shannon_is_that_of_trl() =>
        GoldenLoss.ShouldBe("generalized-jsd", golden => new JensenShannonLoss(golden["beta"], golden["temperature"]));

    [Fact]
    public void Skew_divergence_is_that_of_its_definition() => GoldenLoss.ShouldBe("skew-kl", golden => new SkewDivergenceLoss(golden["lambda"]));

    [Fact]
    public void Skew_reverse_divergence_is_that_of_its_definition() =>
        GoldenLoss.ShouldBe("skew-reverse-kl", golden => new SkewReverseDivergenceLoss(golden["lambda"]));

    [Fact]
    public void Total_variation_is_that_of_its_definition() => GoldenLoss.ShouldBe("total-variation", golden => new TotalVariationLoss(golden["temperature"]));

    [Fact]
    public void Correlation_is_that_of_torchdistill() =>
        GoldenLoss.ShouldBe("dist", golden => new CorrelationLoss(golden["beta"], golden["gamma"], golden["tau"]));

    [Fact]
    public void Direction_is_that_of_torchdistill() => GoldenLoss.ShouldBe("skd-direction", golden => new DirectionLoss(golden["tikhonov"]));

    [Fact]
    public void Loss_of_ones_own_gives_what_it_gives_in_pytorch() => GoldenLoss.ShouldBe("raw-logit-cross-entropy", _ => new RawLogitCrossEntropy());
}
