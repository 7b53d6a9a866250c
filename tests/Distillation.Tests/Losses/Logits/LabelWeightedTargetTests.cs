using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class LabelWeightedTargetTests
{
    [Fact]
    public void Enhanced_target_of_exponent_one_is_the_cross_entropy_of_soft_targets()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        Close.ShouldBe(
            new EnhancedTargetLoss(1).Compute(context).item<double>(), new SoftCrossEntropyLoss(1).Compute(context).item<double>(), 1e-12);
    }

    [Fact]
    public void Larger_exponents_move_the_target_to_the_label()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.zeros(1, 3, torch.ScalarType.Float64).requires_grad_();
        Tensor teacher = torch.tensor(new[,] { { 0.5, 0.3, 0.2 } }).log();

        new EnhancedTargetLoss(2).Compute(Some.Context(student, teacher, torch.tensor([0L]))).backward();

        // The target is 1.5² − 1, 0.3² and 0.2²: the gradient is a third of their sum, less each.
        Close.ShouldBe(Close.Numbers(student.grad!), [(1.38 / 3) - 1.25, (1.38 / 3) - 0.09, (1.38 / 3) - 0.04], 1e-9);
    }

    [Fact]
    public void Weighted_soft_labels_count_less_the_surer_the_student_is_of_the_label()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = torch.tensor(new[,] { { 1.0, 0, 0 } });
        double Weight(double logit)
        {
            DistillationContext context = Some.Context(torch.tensor(new[,] { { logit, 0, 0 } }), teacher, torch.tensor([0L]));
            return new WeightedSoftLabelLoss(2).Compute(context).item<double>() / new SoftCrossEntropyLoss(2).Compute(context).item<double>();
        }

        Close.ShouldBe(Weight(1), 1 - Math.Exp(-1), 1e-6, "the weight of equal models");
        Weight(3).Should().BeLessThan(Weight(1));
        Weight(-3).Should().BeInRange(0.95, 1);
    }

    [Fact]
    public void Exponent_out_of_range_is_refused()
    {
        Action make = () => _ = new EnhancedTargetLoss(0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("exponent must be *");
    }
}
