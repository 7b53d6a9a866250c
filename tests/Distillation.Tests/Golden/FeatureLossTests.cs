using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on layers against public PyTorch implementations.</summary>
public sealed class FeatureLossTests
{
    [Fact]
    public void Hints_are_those_of_fitnets() => GoldenLoss.ShouldBe("hint-mse", _ => new HintLoss("student", "teacher"));
}
