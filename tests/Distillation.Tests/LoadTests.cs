namespace Distillation.Tests;

public sealed class LoadTests
{
    [Fact]
    public void Torch_loads() => torch.ones(2).sum().item<float>().Should().Be(2);
}
