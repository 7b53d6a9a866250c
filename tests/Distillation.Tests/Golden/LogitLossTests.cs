using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on logits against public PyTorch implementations: the value to 1e-9, every gradient to 1e-8, from the graph and in closed form.</summary>
public sealed class LogitLossTests
{
    [Fact]
    public void Soft_targets_are_those_of_mdistiller() => ShouldBe("kd", golden => new SoftTargetLoss(golden["temperature"]));

    [Fact]
    public void Soft_targets_and_hard_labels_are_those_of_torchdistill() =>
        ShouldBe("kd+ce", golden => ((1 - golden["alpha"]) * new SoftTargetLoss(golden["temperature"])) + (golden["alpha"] * new HardLabelLoss()));

    [Fact]
    public void Soft_cross_entropy_is_that_of_pytorch() => ShouldBe("soft-cross-entropy", _ => new SoftCrossEntropyLoss());

    [Fact]
    public void Logit_mse_is_that_of_pytorch() => ShouldBe("mse-logits", _ => new LogitMseLoss());

    [Fact]
    public void Hard_labels_with_smoothing_are_those_of_pytorch() =>
        ShouldBe("cross-entropy", golden => new HardLabelLoss { LabelSmoothing = golden["label_smoothing"] });

    private static void ShouldBe(string name, Func<LossCase, IDistillationLoss> make)
    {
        LossCase[] cases = [.. LossCases.Of(name)];
        cases.Should().NotBeEmpty();
        foreach (LossCase golden in cases)
        {
            using var scope = torch.NewDisposeScope();
            IDistillationLoss loss = make(golden);
            Tensor student = golden.Inputs["student_logits"].ToTensor().requires_grad_();
            DistillationContext context = Some.Context(
                student, golden.Inputs["teacher_logits"].ToTensor(), golden.Inputs.TryGetValue("labels", out GoldenTensor? labels) ? labels.ToTensor().to(torch.ScalarType.Int64) : null);

            Tensor value = loss.Compute(context);
            value.backward();
            ShouldBe(value, student.grad!, golden);

            using var noGradient = torch.no_grad();
            LossGradient closed = loss.ClosedForm!.Compute(context);
            ShouldBe(closed.Value, closed.AtLogits, golden);
        }
    }

    private static void ShouldBe(Tensor value, Tensor gradient, LossCase golden)
    {
        value.item<double>().Should().BeApproximately(golden.Loss, 1e-9 * Math.Abs(golden.Loss));
        foreach ((double mine, double reference) in gradient.data<double>().ToArray().Zip(golden.Gradients["student_logits"].Data))
        {
            mine.Should().BeApproximately(reference, 1e-8 * Math.Max(Math.Abs(reference), 1e-8));
        }
    }
}
