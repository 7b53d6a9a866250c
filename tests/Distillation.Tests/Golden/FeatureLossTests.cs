using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on layers against public PyTorch implementations.</summary>
public sealed class FeatureLossTests
{
    [Fact]
    public void Hints_are_those_of_fitnets() => GoldenLoss.ShouldBe("hint-mse", _ => new HintLoss("student", "teacher"));

    [Fact]
    public void Cosines_of_hidden_states_are_those_of_pytorch() => GoldenLoss.ShouldBe("hidden-state-cosine", _ => new HiddenStateCosineLoss([new("student", "teacher")]));
    public void Variational_information_is_that_of_repdistiller() => GoldenLoss.ShouldBe(
        "vid",
        golden => new VariationalInformationLoss("student", "teacher") { HiddenChannels = 5, InitialVariance = golden["init_pred_var"], Epsilon = golden["eps"] },
        GoldenLoss.Fill);

    [Fact]
    public void Factor_transfer_is_that_of_repdistiller() => GoldenLoss.ShouldBe(
        "factor-transfer",
        golden => new FactorTransferLoss("student", "teacher") { LayerPower = (int)golden["p1"], DifferencePower = (int)golden["p2"] });
}
