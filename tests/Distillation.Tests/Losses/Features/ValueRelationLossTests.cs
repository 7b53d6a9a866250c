using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class ValueRelationLossTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Relations_differ_by_the_mean_divergence_of_their_rows(bool masked)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 2, 3, 4, 5), LayerValue.Random(2, 2, 3, 4, 7));
        Tensor? mask = masked ? torch.tensor(new long[,] { { 1, 1, 1, 0 }, { 1, 1, 0, 0 } }) : null;

        double value = LayerValue.Of(new ValueRelationLoss("student", "teacher"), student, teacher, mask);

        Close.ShouldBe(value, Reference(Close.Numbers(student), Close.Numbers(teacher), masked ? [3, 2] : [4, 4], heads: 3, places: 4, widths: (5, 7)), 1e-9);
    }

    [Fact]
    public void Relation_heads_cut_the_width_in_order()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 2, 3, 4, 2), LayerValue.Random(2, 2, 3, 4, 4));
        Tensor Joined(Tensor heads) => heads.transpose(1, 2).flatten(2);

        double expected = LayerValue.Of(new ValueRelationLoss("student", "teacher"), student, teacher);

        LayerValue.Of(new ValueRelationLoss("student", "teacher") { RelationHeads = 3 }, Joined(student), Joined(teacher))
            .Should().BeApproximately(expected, 1e-12);
        LayerValue.Of(new ValueRelationLoss("student", "teacher") { RelationHeads = 3 }, student, teacher).Should().BeApproximately(expected, 1e-12);
        LayerValue.Of(new ValueRelationLoss("student", "teacher") { RelationHeads = 2 }, student, teacher).Should().NotBeApproximately(expected, 1e-6);
    }

    [Fact]
    public void Heads_that_differ_are_met_by_relation_heads()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 2, 2, 4, 6), LayerValue.Random(2, 2, 3, 4, 8));
        Action compute = () => LayerValue.Of(new ValueRelationLoss("student", "teacher"), student, teacher);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student's are ?2, 2, 4, 6? and the teacher's ?2, 3, 4, 8?*Set RelationHeads*");
        LayerValue.Of(new ValueRelationLoss("student", "teacher") { RelationHeads = 4 }, student, teacher).Should().BePositive();
    }

    [Fact]
    public void Rotation_of_the_values_changes_nothing() =>
        Gen.Int[0, 10_000].ForAll(
            seed =>
            {
                using var scope = torch.NewDisposeScope();
                (Tensor student, Tensor teacher) = (LayerValue.Random(seed, 2, 3, 4, 5), LayerValue.Random(seed + 1, 2, 3, 4, 5));
                Tensor axis = LayerValue.Random(seed + 2, 5, 1);
                Tensor reflection = torch.eye(5, dtype: torch.ScalarType.Float64) - (2 * axis.mm(axis.t()) / axis.square().sum());
                var loss = new ValueRelationLoss("student", "teacher");

                LayerValue.Of(loss, student.matmul(reflection), teacher)
                    .Should().BeApproximately(LayerValue.Of(loss, student, teacher), 1e-10).And.BePositive();
                LayerValue.Of(loss, student.matmul(reflection), student).Should().BeApproximately(0, 1e-12);
            },
            iter: 50);

    [Fact]
    public void Layers_that_cannot_be_cut_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        Action noHeads = () => LayerValue.Of(new ValueRelationLoss("student", "teacher"), LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4));
        Action noDivisor = () =>
            LayerValue.Of(new ValueRelationLoss("student", "teacher") { RelationHeads = 3 }, LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4));
        Action noNumber = () => _ = new ValueRelationLoss("student", "teacher") { RelationHeads = 0 };

        noHeads.Should().Throw<InvalidOperationException>().WithMessage("*RelationHeads set, but a layer is ?2, 3, 4?*");
        noDivisor.Should().Throw<InvalidOperationException>().WithMessage("*RelationHeads must divide*3 for ?2, 3, 4?*");
        noNumber.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*RelationHeads must be positive*");
    }

    private static double Reference(double[] student, double[] teacher, int[] lengths, int heads, int places, (int Student, int Teacher) widths)
    {
        (double total, int rows) = (0, 0);
        for (int map = 0; map < lengths.Length * heads; map++)
        {
            int length = lengths[map / heads];
            for (int row = 0; row < length; row++)
            {
                double[] wanted = Relations(teacher, map * places, row, length, widths.Teacher);
                double[] found = Relations(student, map * places, row, length, widths.Student);
                total += wanted.Zip(found).Sum(pair => pair.First * Math.Log(pair.First / pair.Second));
            }

            rows += length;
        }

        return total / rows;
    }

    private static double[] Relations(double[] values, int first, int row, int length, int width)
    {
        double[] exponentials = [.. Enumerable.Range(0, length).Select(other => Math.Exp(
            Enumerable.Range(0, width).Sum(d => values[((first + row) * width) + d] * values[((first + other) * width) + d]) / Math.Sqrt(width)))];
        return [.. exponentials.Select(one => one / exponentials.Sum())];
    }
}
