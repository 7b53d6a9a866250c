namespace Distillation.Onnx.Tests.Runtime;

public sealed class ProbabilitiesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Class_that_is_ruled_out_has_a_finite_logit()
    {
        Tensor logits = Probabilities.Logits(torch.tensor(new[] { 1f, 0f }, 1, 2), "p");

        logits.data<float>().ToArray().Should().Equal(0f, MathF.Log(1.17549435e-38f));
    }

    [Fact]
    public void Small_probabilities_of_half_precision_are_not_raised()
    {
        Tensor halves = torch.tensor(new[] { 1f, 1e-6f }, 1, 2).to(torch.ScalarType.Float16);

        Probabilities.Logits(halves, "p")[0, 1].item<float>().Should().BeApproximately(MathF.Log((float)(Half)1e-6f), 1e-5f);
    }

    [Theory]
    [InlineData(0.5, 0.502)]
    [InlineData(1.2, -0.2)]
    [InlineData(double.NaN, 0.5)]
    public void Rows_that_are_none_are_refused(double first, double second)
    {
        Tensor rows = torch.tensor(new[] { 0.5, 0.5, first, second }, 2, 2);

        FluentActions.Invoking(() => Probabilities.Logits(rows, "p")).Should().Throw<InvalidOperationException>().WithMessage("*'p'*");
        Probabilities.Seem(rows).Should().BeFalse();
    }

    [Fact]
    public void Odds_of_what_is_sure_are_finite_and_symmetric()
    {
        float[] odds = Probabilities.LogOdds(torch.tensor(new[] { 0f, 0.5f, 1f }, 3, 1), "p").data<float>().ToArray();

        odds.Should().Equal(MathF.Log(1.17549435e-38f), 0f, -MathF.Log(1.17549435e-38f));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Numbers_beyond_probabilities_have_no_odds(double number) =>
        FluentActions.Invoking(() => Probabilities.LogOdds(torch.tensor(new[] { 0.5, number }, 2, 1), "p"))
            .Should().Throw<InvalidOperationException>().WithMessage("*'p'*");

    [Fact]
    public void Sums_are_over_the_classes_of_maps_and_sequences()
    {
        Tensor last = torch.nn.functional.softmax(torch.randn(2, 5, 3), 2);
        Tensor second = torch.nn.functional.softmax(torch.randn(2, 3, 5, 4), 1);

        (Probabilities.Seem(last), Probabilities.Seem(last.transpose(1, 2)), Probabilities.Seem(second), Probabilities.Seem(second.transpose(1, 2)))
            .Should().Be((true, false, true, false));
    }

    [Fact]
    public void Regression_of_ones_does_not_look_like_probabilities() => Probabilities.Seem(torch.ones(4, 1)).Should().BeFalse();
}
