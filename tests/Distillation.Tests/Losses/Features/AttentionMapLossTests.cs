using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class AttentionMapLossTests
{
    private static readonly AttentionDistance[] Distances = Enum.GetValues<AttentionDistance>();

    public static TheoryData<AttentionDistance> All => [.. Distances];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mean_square_is_over_the_pairs_of_places_that_count(bool masked)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (Maps(1), Maps(2));

        double value = LayerValue.Of(Loss(AttentionDistance.MeanSquare), student, teacher, masked ? Mask() : null);

        Close.ShouldBe(value, Reference(student, teacher, masked, (s, t) => (s - t) * (s - t), perRow: false), 1e-9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Divergence_is_over_the_rows_that_count(bool masked)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (Maps(1), Maps(2));

        double value = LayerValue.Of(Loss(AttentionDistance.KullbackLeibler), student, teacher, masked ? Mask() : null);

        Close.ShouldBe(value, Reference(student, teacher, masked, (s, t) => t * Math.Log(t / s), perRow: true), 1e-9);
    }

    [Fact]
    public void Scores_that_stand_for_masked_places_are_taken_as_zero()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,] { { 1, -10_000 }, { 2, -100 } }).view(1, 1, 2, 2);
        Tensor teacher = torch.tensor(new double[,] { { 0, -20_000 }, { 0, 3 } }).view(1, 1, 2, 2);

        LayerValue.Of(Loss(AttentionDistance.MeanSquare), student, teacher).Should().BeApproximately((1 + 0 + 4 + 9) / 4.0, 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_is_not_negative_and_zero_where_the_maps_agree(AttentionDistance distance) =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[0, 10_000]).ForAll(
            (heads, places, seed) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor student = LayerValue.Random(seed, 2, heads, places, places).softmax(3);
                Tensor teacher = LayerValue.Random(seed + 1, 2, heads, places, places).softmax(3);

                LayerValue.Of(Loss(distance), student, teacher).Should().BeGreaterThanOrEqualTo(-1e-15);
                LayerValue.Of(Loss(distance), teacher, teacher).Should().Be(0);
            },
            iter: 50);

    [Fact]
    public void Divergence_and_its_gradient_are_finite_where_attention_is_zero()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,] { { 1, 0 }, { 0, 1 } }).view(1, 1, 2, 2).requires_grad_();
        Tensor teacher = torch.tensor(new double[,] { { 0, 1 }, { 0, 1 } }).view(1, 1, 2, 2);

        Tensor value = Loss(AttentionDistance.KullbackLeibler).Compute(LayerValue.Context(student, teacher));
        value.backward();

        value.item<double>().Should().BePositive().And.BeLessThan(100);
        Close.Numbers(student.grad!).Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
    }

    [Fact]
    public void Layers_that_are_no_attention_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => LayerValue.Of(Loss(AttentionDistance.MeanSquare), LayerValue.Random(1, 2, 3, 4), LayerValue.Random(2, 2, 3, 4));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*N, h, T, T*student's layer is ?2, 3, 4?*");
    }

    [Fact]
    public void Unknown_distance_is_refused()
    {
        Action make = () => _ = new AttentionMapLoss(new LayerPair("student", "teacher")) { Distance = (AttentionDistance)7 };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Distance must be one of MeanSquare, KullbackLeibler*");
    }

    private static AttentionMapLoss Loss(AttentionDistance distance) => new(new LayerPair("student", "teacher")) { Distance = distance };

    private static Tensor Maps(int seed) => LayerValue.Random(seed, 2, 3, 4, 4).softmax(3);

    private static Tensor Mask() => torch.tensor(new long[,] { { 1, 1, 1, 0 }, { 1, 1, 0, 0 } });

    private static double Reference(Tensor student, Tensor teacher, bool masked, Func<double, double, double> distance, bool perRow)
    {
        (double[] left, double[] right) = (Close.Numbers(student), Close.Numbers(teacher));
        int[] lengths = masked ? [3, 2] : [4, 4];
        (double total, int count) = (0, 0);
        for (int map = 0; map < 2 * 3; map++)
        {
            int length = lengths[map / 3];
            for (int row = 0; row < length; row++)
            {
                for (int column = 0; column < length; column++)
                {
                    int i = (((map * 4) + row) * 4) + column;
                    total += distance(left[i], right[i]);
                }
            }

            count += perRow ? length : length * length;
        }

        return total / count;
    }
}
