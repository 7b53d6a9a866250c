using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on logits against their authors' code, from the graph and in closed form.</summary>
public sealed class PublishedLossTests
{
    [Fact]
    public void Transformed_teacher_is_that_of_its_authors() => GoldenLoss.ShouldBe("ttm", golden => new TransformedTeacherLoss(golden["exponent"]));

    [Fact]
    public void Weighted_transformed_teacher_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("wttm", golden => new TransformedTeacherLoss(golden["exponent"]) { IsWeighted = true });

    [Fact]
    public void Refined_logits_are_those_of_their_authors() =>
        GoldenLoss.ShouldBe(
            "rld", golden => new RefinedLogitLoss(golden["alpha"], golden["beta"], golden["temperature"], golden["confidence_temperature"]));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Shifted_probabilities_are_those_of_swapped_logits(double correctedAt) =>
        GoldenLoss.ShouldBe(
            "probability-shift",
            golden => new CorrectedTeacherLoss(new SoftTargetLoss(golden["temperature"]), TeacherCorrection.ProbabilityShift, correctedAt));

    [Fact]
    public void Minifinetuning_is_that_of_Model_Optimizer() =>
        GoldenLoss.ShouldBe("minifinetuning", golden => new CorrectedTeacherLoss(
            new SoftTargetLoss(golden["temperature"]), TeacherCorrection.Minifinetuning(golden["threshold"]), golden["temperature"]));

    [Fact]
    public void Alpha_beta_divergence_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("alpha-beta", golden => new AlphaBetaDivergenceLoss(golden["alpha"], golden["beta"]));

    [Fact]
    public void Class_consistency_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("class-consistency", golden => new ClassConsistencyLoss(golden["temperature"]));

    [Fact]
    public void Adaptive_divergence_is_that_of_its_authors() => GoldenLoss.ShouldBe("adaptive-kl", _ => new AdaptiveDivergenceLoss());

    [Fact]
    public void Weighted_soft_labels_are_those_of_their_authors() =>
        GoldenLoss.ShouldBe("weighted-soft-labels", golden => golden["weight"] * new WeightedSoftLabelLoss(golden["temperature"]) + new HardLabelLoss());

    [Fact]
    public void Enhanced_target_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("enhanced-target", golden => new EnhancedTargetLoss(golden["exponent"], golden["temperature"]));

    [Fact]
    public void Wasserstein_distance_of_logits_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("wasserstein-logits", golden => new WassersteinLogitLoss(Costs(golden), golden["gamma"], golden["temperature"])
        {
            Regularization = golden["regularization"],
            Iterations = (int)golden["iterations"],
        });

    [Fact]
    public void Interpolated_teacher_is_that_of_its_authors() =>
        GoldenLoss.ShouldBe("interpolated", golden => new InterpolatedTeacherLoss { Start = golden["start"] });

    [Fact]
    public void Share_of_the_interpolated_teacher_moves_as_that_of_its_authors()
    {
        using var scope = torch.NewDisposeScope();
        LossCase golden = LossCases.Of("interpolated").Single();
        var loss = new InterpolatedTeacherLoss
        {
            Start = golden["start"],
            End = golden["end"],
            StepSize = golden["step_size"],
            Momentum = golden["momentum"],
        };
        (double[] values, double[] shares) = (golden.Read<double[]>("values"), golden.Read<double[]>("shares"));
        Tensor student = golden.Inputs["student_logits"].ToTensor();

        for (int step = 0; step < values.Length; step++)
        {
            Tensor moved = student * (1 + (step % 2 == 0 ? 0.3 * step : -0.3 * step));
            DistillationContext context = Some.Context(
                moved, golden.Inputs["teacher_logits"].ToTensor(), labels: null, position: new(0, step, (long)golden["total_steps"], 5));
            loss.Prepare(context);

            Close.ShouldBe(loss.Compute(context).item<double>(), values[step], 1e-12);
            Close.ShouldBe(loss.Share, shares[step], 1e-12);
        }
    }

    private static double[][] Costs(LossCase golden) => [.. golden.Read<GoldenTensor>("costs").Data.Chunk(5)];
}
