using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class HierarchicalContextLossTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(1)]
    public void Levels_are_those_smaller_than_the_map(long size)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 2, size, size);
        Tensor teacher = Layers.Random(2, 3, 2, size, size);

        double value = Layers.Value(new HierarchicalContextLoss(new LayerPair("student", "teacher")), student, teacher);

        Close.ShouldBe(value, new Plain(student).HierarchicalContext(new Plain(teacher)), 1e-9);
    }

    [Fact]
    public void Detail_counts_less_than_a_shift_of_the_same_size()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = Layers.Random(1, 3, 2, 4, 4);
        Tensor checkerboard = Layers.Of([.. Enumerable.Range(0, 16).Select(place => (place + (place / 4)) % 2 == 0 ? 1.0 : -1)], 1, 1, 4, 4);
        var loss = new HierarchicalContextLoss(new LayerPair("student", "teacher"));

        Close.ShouldBe(Layers.Value(loss, teacher + 1, teacher), 1, 1e-12);
        Close.ShouldBe(Layers.Value(loss, teacher + checkerboard, teacher), 1 / 1.75, 1e-12);
    }

    [Fact]
    public void Pairs_add_up()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = Layers.Random(1, 3, 2, 4, 4);

        double value = Layers.Value(new HierarchicalContextLoss(new("0", "0"), new("1", "1")), Layers.Context([teacher + 1, teacher + 2], [teacher, teacher]));

        Close.ShouldBe(value, 5, 1e-12);
    }

    [Fact]
    public void No_pair_is_refused()
    {
        Action make = () => _ = new HierarchicalContextLoss();

        make.Should().Throw<ArgumentException>().WithMessage("*at least 1, but was 0*");
    }
}
