namespace Distillation.Tests;

public sealed class CloseTests
{
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(2.1)]
    public void Numbers_that_differ_are_seen_wherever_they_are(double wrong) =>
        FluentActions.Invoking(() => Close.ShouldBe([1, wrong, 3], [1, 2, 3], relative: 1e-3)).Should().Throw<Xunit.Sdk.XunitException>();
}
