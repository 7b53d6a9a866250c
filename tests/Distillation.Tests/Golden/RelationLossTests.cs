using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on relations between samples against public PyTorch implementations.</summary>
public sealed class RelationLossTests
{
    [Fact]
    public void Similarity_preserving_is_that_of_repdistiller() =>
        GoldenLoss.ShouldBe("similarity-preserving", _ => new SimilarityPreservingLoss("student", "teacher"));

    [Fact]
    public void Probabilistic_transfer_is_that_of_repdistiller() => GoldenLoss.ShouldBe("pkt", _ => new ProbabilisticTransferLoss("student", "teacher"));

    [Fact]
    public void Relations_of_distance_and_angle_are_those_of_repdistiller() =>
        GoldenLoss.ShouldBe("rkd", golden => (golden["distance_weight"] * new RelationalDistanceLoss("student", "teacher"))
            + (golden["angle_weight"] * new RelationalAngleLoss("student", "teacher")));

    [Fact]
    public void Correlation_congruence_is_that_of_repdistiller() =>
        GoldenLoss.ShouldBe("correlation-congruence", _ => new CorrelationCongruenceLoss("student", "teacher"));

    [Fact]
    public void Channel_similarity_is_that_of_torchdistill() => GoldenLoss.ShouldBe("channel-similarity", _ => new ChannelSimilarityLoss("student", "teacher"));
}
