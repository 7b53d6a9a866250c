using Distillation.Losses;

namespace Distillation.Tests.Golden;

/// <summary>Losses on layers against public PyTorch implementations.</summary>
public sealed class FeatureLossTests
{
    [Fact]
    public void Hints_are_those_of_fitnets() => GoldenLoss.ShouldBe("hint-mse", _ => new HintLoss("student", "teacher"));

    [Fact]
    public void Cosines_of_hidden_states_are_those_of_pytorch() =>
        GoldenLoss.ShouldBe("hidden-state-cosine", _ => new HiddenStateCosineLoss([new("student", "teacher")]));

    [Fact]
    public void Variational_information_is_that_of_repdistiller() => GoldenLoss.ShouldBe(
        "vid",
        golden =>
            new VariationalInformationLoss("student", "teacher") { HiddenChannels = 5, InitialVariance = golden["init_pred_var"], Epsilon = golden["eps"] },
        GoldenLoss.Fill);

    [Fact]
    public void Factor_transfer_is_that_of_repdistiller() => GoldenLoss.ShouldBe(
        "factor-transfer",
        golden => new FactorTransferLoss("student", "teacher") { LayerPower = (int)golden["p1"], DifferencePower = (int)golden["p2"] });

    [Fact]
    public void Attention_transfer_is_that_of_repdistiller() =>
        GoldenLoss.ShouldBe("attention-transfer", golden => new AttentionTransferLoss("student", "teacher", golden["p"]));

    [Fact]
    public void Neuron_selectivity_is_that_of_repdistiller() => GoldenLoss.ShouldBe("nst", _ => new NeuronSelectivityLoss("student", "teacher"));

    [Fact]
    public void Activation_boundaries_are_those_of_repdistiller_with_its_factor() =>
        GoldenLoss.ShouldBe("activation-boundary", golden => 0.003 * new ActivationBoundaryLoss("student", "teacher", golden["margin"]));

    [Fact]
    public void Flow_is_that_of_repdistiller() =>
        GoldenLoss.ShouldBe("fsp", _ => new FlowLoss(new("student_bottom", "teacher_bottom"), new("student_top", "teacher_top")));

    [Fact]
    public void Singular_vectors_are_those_of_repdistiller() =>
        GoldenLoss.ShouldBe("kdsvd", golden => new SingularValueLoss(new("student0", "teacher0"), new("student1", "teacher1")) { Count = (int)golden["k"] });

    [Fact]
    public void Hierarchical_context_is_that_of_mdistiller() =>
        GoldenLoss.ShouldBe("hierarchical-context", _ => new HierarchicalContextLoss(new("student0", "teacher0"), new("student1", "teacher1")));
}
