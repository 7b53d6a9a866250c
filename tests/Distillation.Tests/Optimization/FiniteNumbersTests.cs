namespace Distillation.Tests.Optimization;

public sealed class FiniteNumbersTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0, true)]
    [InlineData(3e38, true)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    [InlineData(double.NegativeInfinity, false)]
    public void One_number_decides(double number, bool expected)
    {
        Tensor[] tensors = [torch.zeros(3, 4, torch.float64), torch.empty(0), torch.zeros(5), torch.tensor(new[] { 1f, (float)number, 2f })];

        FiniteNumbers.Are(tensors).Should().Be(expected);
    }
}
