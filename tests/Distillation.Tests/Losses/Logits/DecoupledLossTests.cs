using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class DecoupledLossTests
{
    private static readonly Gen<double[]> Row = Gen.Double[-8, 8].Array[4];

    [Fact]
    public void Decoupled_loss_is_soft_targets_when_the_other_classes_weigh_what_the_teacher_gives_them() =>
        Gen.Select(Row, Row, Gen.Int[0, 3], Gen.Double[1, 8]).ForAll(
            (student, teacher, label, temperature) =>
            {
                double rest = RowsByHand.Softmax(teacher, temperature).Where((_, c) => c != label).Sum();

                LossGradient decoupled = Closed(new DecoupledLoss(1, rest, temperature), student, teacher, label);
                LossGradient soft = Closed(new SoftTargetLoss(temperature), student, teacher, label);

                Close.ShouldBe(Close.Numbers(decoupled.Value)[0], Close.Numbers(soft.Value)[0], 1e-9);
                Close.ShouldBe(Close.Numbers(decoupled.AtLogits), Close.Numbers(soft.AtLogits), 1e-9);
            },
            iter: 50);

    [Fact]
    public void Other_classes_do_not_hear_of_the_label() =>
        Gen.Select(Row, Row, Gen.Int[0, 3], Gen.Double[-5000, 5000]).ForAll(
            (student, teacher, label, logit) =>
            {
                var loss = new DecoupledLoss(0, 1, 1);
                double expected = Close.Numbers(Closed(loss, student, teacher, label).Value)[0];
                double[] other = [.. student];
                other[label] = logit;

                LossGradient moved = Closed(loss, other, teacher, label);

                Close.ShouldBe(Close.Numbers(moved.Value)[0], expected, 1e-9);
                Close.Numbers(moved.AtLogits)[label].Should().Be(0);
            },
            iter: 50);

    [Fact]
    public void Weights_weigh_the_two_parts()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        double Value(double alpha, double beta) => new DecoupledLoss(alpha, beta).Compute(context).item<double>();

        Value(0.3, 5).Should().BeApproximately((0.3 * Value(1, 0)) + (5 * Value(0, 1)), 1e-12);
    }

    [Fact]
    public void Other_class_of_two_does_not_count()
    {
        using var scope = torch.NewDisposeScope();

        LossGradient closed = Closed(new DecoupledLoss(0, 8), [2, -1], [-3, 4], 0);

        closed.Value.item<double>().Should().Be(0);
        Close.Numbers(closed.AtLogits).Should().AllSatisfy(number => number.Should().Be(0));
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action alpha = () => _ = new DecoupledLoss(alpha: -1);
        Action beta = () => _ = new DecoupledLoss(beta: double.NaN);

        alpha.Should().Throw<ArgumentOutOfRangeException>().WithMessage("alpha must be *");
        beta.Should().Throw<ArgumentOutOfRangeException>().WithMessage("beta must be *");
    }

    private static LossGradient Closed(RowLoss loss, double[] student, double[] teacher, int label)
    {
        using var noGradient = torch.no_grad();
        return loss.ClosedForm!.Compute(Some.Context(torch.tensor(student).unsqueeze(0), torch.tensor(teacher).unsqueeze(0), torch.tensor([(long)label])));
    }
}
