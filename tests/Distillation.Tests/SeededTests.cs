namespace Distillation.Tests;

public sealed class SeededTests
{
    [Fact]
    public void Test_begins_with_a_fresh_generator()
    {
        using var scope = torch.NewDisposeScope();
        float first = torch.rand(1).item<float>();
        torch.manual_seed(1);

        first.Should().Be(torch.rand(1).item<float>());
    }
}
