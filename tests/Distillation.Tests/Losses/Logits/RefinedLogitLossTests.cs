using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class RefinedLogitLossTests
{
    [Fact]
    public void Classes_that_the_teacher_holds_for_likelier_than_the_label_have_no_part()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new RefinedLogitLoss(alpha: 0, beta: 1, temperature: 1);
        double Value(double likelier) => loss.Compute(Some.Context(
            torch.tensor(new[,] { { likelier, 0.3, 1, -0.5 } }), torch.tensor(new[,] { { 5.0, 2, 1, 0 } }), torch.tensor([1L]))).item<double>();

        double expected = RowsByHand.Divergence([1, -0.5], [1, 0]);
        Close.ShouldBe(Value(-3), expected, 1e-12);
        Close.ShouldBe(Value(300), expected, 1e-12);
    }

    [Theory]
    [InlineData(3, "the label has the smallest logit, and nothing is left")]
    [InlineData(2, "one class is left")]
    public void Correlation_is_zero_where_no_two_classes_are_left(long label, string because)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 1.0, 0.3, 1, -0.5 } }).requires_grad_();

        Tensor value = new RefinedLogitLoss(alpha: 0).Compute(Some.Context(student, torch.tensor(new[,] { { 5.0, 2, 1, 0 } }), torch.tensor([label])));
        value.backward();

        value.item<double>().Should().Be(0, because);
        Close.Numbers(student.grad!).Should().AllBeEquivalentTo(0.0);
    }

    [Fact]
    public void Confidence_of_the_label_is_that_of_the_likeliest_class_of_the_teacher()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 0.4, 1.2, -1 } });
        (double p, double q) = (RowsByHand.Softmax([3.0, 1, 0])[0], RowsByHand.Softmax([0.4, 1.2, -1])[1]);

        double value = new RefinedLogitLoss(beta: 0).Compute(Some.Context(student, torch.tensor(new[,] { { 3.0, 1, 0 } }), torch.tensor([1L]))).item<double>();

        Close.ShouldBe(value, RowsByHand.Kl([p, 1 - p], [q, 1 - q]), 1e-12);
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action alpha = () => _ = new RefinedLogitLoss(alpha: -1);
        Action beta = () => _ = new RefinedLogitLoss(beta: -1);
        Action temperature = () => _ = new RefinedLogitLoss(confidenceTemperature: 0.0);

        alpha.Should().Throw<ArgumentOutOfRangeException>().WithMessage("alpha must be *");
        beta.Should().Throw<ArgumentOutOfRangeException>().WithMessage("beta must be *");
        temperature.Should().Throw<ArgumentOutOfRangeException>().WithMessage("temperature must be *");
    }
}
