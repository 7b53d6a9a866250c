using Distillation.Testing;
using Xunit;

namespace DistillationLoss;

/// <summary>The checks of Distillation.Testing, each as a test: gradients, extremes, precision, leaks.</summary>
public sealed class CustomLossTests
{
    public static TheoryData<string> Checks => [.. LossCheck.All(() => new CustomLoss()).Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public void Loss_passes(string name) => LossCheck.All(() => new CustomLoss()).Single(check => check.Name == name).Run();
}
