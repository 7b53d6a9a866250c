using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

/// <summary>What a relation between samples must not depend on.</summary>
public sealed class RelationInvarianceTests
{
    private static readonly Gen<(int Samples, int Features, int Seed)> Layers = Gen.Select(Gen.Int[2, 6], Gen.Int[2, 6], Gen.Int[0, 10_000]);

    [Theory]
    [InlineData(nameof(SimilarityPreservingLoss))]
    [InlineData(nameof(KernelCongruenceLoss))]
    [InlineData(nameof(ProbabilisticTransferLoss))]
    [InlineData(nameof(RelationalDistanceLoss))]
    [InlineData(nameof(RelationalAngleLoss))]
    public void Rotation_of_the_features_changes_nothing(string name) =>
        ShouldNotChange(name, (student, seed) => student.mm(Rotation(student.size(1), seed)));

    [Theory]
    [InlineData(nameof(SimilarityPreservingLoss))]
    [InlineData(nameof(KernelCongruenceLoss))]
    [InlineData(nameof(RelationalDistanceLoss))]
    [InlineData(nameof(RelationalAngleLoss))]
    public void Scale_of_the_features_changes_nothing(string name) => ShouldNotChange(name, (student, _) => student * 3.7);

    [Theory]
    [InlineData(nameof(RelationalDistanceLoss))]
    [InlineData(nameof(RelationalAngleLoss))]
    public void Shift_of_the_features_changes_nothing(string name) => ShouldNotChange(name, (student, _) => student + 1.3);

    [Theory]
    [InlineData(nameof(SimilarityPreservingLoss))]
    [InlineData(nameof(KernelCongruenceLoss))]
    [InlineData(nameof(ProbabilisticTransferLoss))]
    [InlineData(nameof(RelationalDistanceLoss))]
    [InlineData(nameof(RelationalAngleLoss))]
    public void Layers_may_differ_in_width(string name)
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = LayerValue.Random(3, 5, 4);

        LayerValue.Of(LossZoo.Make(name), torch.cat([teacher, torch.zeros_like(teacher)], 1).view(5, 2, 2, 2), teacher).Should().BeApproximately(0, 1e-12);
    }

    private static void ShouldNotChange(string name, Func<Tensor, int, Tensor> change) => Layers.ForAll(
        drawn =>
        {
            using var scope = torch.NewDisposeScope();
            IDistillationLoss loss = LossZoo.Make(name);
            Tensor student = LayerValue.Random(drawn.Seed, drawn.Samples, drawn.Features);
            Tensor teacher = LayerValue.Random(drawn.Seed + 1, drawn.Samples, 3);

            LayerValue.Of(loss, change(student, drawn.Seed), teacher).Should().BeApproximately(LayerValue.Of(loss, student, teacher), 1e-8);
        },
        iter: 50);

    // Two reflections are a rotation.
    private static Tensor Rotation(long size, int seed) => Reflection(size, seed + 2).mm(Reflection(size, seed + 3));

    private static Tensor Reflection(long size, int seed)
    {
        Tensor axis = LayerValue.Random(seed, size, 1);
        return torch.eye(size, dtype: torch.ScalarType.Float64) - (2 * axis.mm(axis.t()) / axis.square().sum());
    }
}
