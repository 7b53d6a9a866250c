using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on layers against public PyTorch implementations.</summary>
public sealed class FeatureLossTests
{
    [Fact]
    public void Hints_are_those_of_fitnets() => GoldenLoss.ShouldBe("hint-mse", _ => new HintLoss("student", "teacher"));

    [Fact]
    public void Cosines_of_hidden_states_are_those_of_pytorch() => GoldenLoss.ShouldBe("hidden-state-cosine", _ => new HiddenStateCosineLoss([new("student", "teacher")]));
}
