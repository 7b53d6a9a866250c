using Distillation.Losses;
using TorchSharp.Modules;

namespace Distillation.Tests.Golden;

/// <summary>Losses on layers against their authors' code.</summary>
public sealed class PublishedLayerLossTests
{
    private static readonly Feature Student = new("student");
    private static readonly Feature Teacher = new("teacher");

    [Fact]
    public void Masked_generation_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("masked-generation", _ => new MaskedGenerationLoss(Student, Teacher) { MaskRatio = 0 }, GoldenLoss.Fill);

    [Fact]
    public void Uncertainty_is_that_of_torchdistill() =>
        GoldenLoss.ShouldBe("uncertainty", _ => new UncertaintyHintLoss(Student, Teacher), GoldenLoss.Fill);

    [Fact]
    public void Confidence_hints_are_those_of_their_authors() =>
        GoldenLoss.ShouldBe(
            "confidence-hint",
            golden => new ConfidenceHintLoss(
                Student, ["teacher0", "teacher1", "teacher2"], [.. golden.Read<GoldenTensor[]>("classifiers").Select(Classifier)], new LinearConnector()),
            GoldenLoss.Fill);

    [Fact]
    public void Patient_states_are_those_of_their_authors() =>
        GoldenLoss.ShouldBe("patient", _ => new PatientHiddenStateLoss([new(Student, Teacher)]) { FirstPlaceOnly = false });

    [Fact]
    public void Wasserstein_distance_of_layers_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe(
            "wasserstein-features",
            golden => new WassersteinFeatureLoss(Student, Teacher) { Grid = (int)golden["grid"], MeanWeight = golden["mean_weight"] });

    [Fact]
    public void Intra_class_variation_is_that_of_CIRKD() =>
        GoldenLoss.ShouldBe("intra-class-variation", _ => new IntraClassVariationLoss(Student, Teacher));

    [Fact]
    public void Pairwise_similarity_is_that_of_CIRKD() => GoldenLoss.ShouldBe("pairwise-similarity", _ => new PairwiseSimilarityLoss(Student, Teacher));

    [Fact]
    public void Cross_image_relations_are_those_of_their_authors() =>
        GoldenLoss.ShouldBe("cross-image", golden => new CrossImageRelationLoss(Student, Teacher, golden["temperature"]));

    [Fact]
    public void Scale_decoupled_distillation_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("scale-decoupled", golden => new ScaleDecoupledLoss(
            Student, Teacher, new DecoupledLoss(golden["alpha"], golden["beta"], golden["temperature"])));

    [Fact]
    public void Focal_and_global_distillation_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe(
            "focal-global",
            golden => new FocalGlobalLoss(Student, Teacher, _ => golden.Read<GoldenTensor>("boxes").ToTensor())
            {
                ForegroundWeight = golden["alpha"],
                BackgroundWeight = golden["beta"],
                AttentionWeight = golden["gamma"],
                ContextWeight = golden["context"],
            },
            GoldenLoss.Fill);

    private static Linear Classifier(GoldenTensor weight)
    {
        Linear classifier = torch.nn.Linear(weight.Shape[1], weight.Shape[0], hasBias: false, dtype: torch.ScalarType.Float64);
        classifier.weight.requires_grad = false;
        classifier.weight.copy_(weight.ToTensor());
        return classifier;
    }
}
