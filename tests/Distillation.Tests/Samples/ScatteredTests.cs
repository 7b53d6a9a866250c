using QuickStart;

namespace Distillation.Tests.Samples;

public class ScatteredTests
{
    private static readonly long[] Labels = [.. Enumerable.Range(0, 1_000).Select(number => number * 7L % 10)];

    [Theory]
    [InlineData(10, 10, 100)]
    [InlineData(10, 5, 100)]
    [InlineData(10, 1, 100)]
    [InlineData(4, 3, 50)]
    [InlineData(3, 4, 200)]
    [InlineData(25, 2, 40)]
    public void Clients_have_their_numbers_of_classes_and_together_all(int clients, int classesEach, int samplesEach)
    {
        IReadOnlyList<IReadOnlyList<long>> dealt = Scattered.Deal(Labels, clients, classesEach, samplesEach, seed: 3);

        dealt.Should().HaveCount(clients).And.AllSatisfy(part => ClassesOf(part).Should().HaveCount(classesEach));
        dealt.SelectMany(ClassesOf).Distinct().Should().HaveCount(10);
        dealt.SelectMany(part => part).Should().OnlyHaveUniqueItems().And.HaveCount(clients * samplesEach);
    }

    [Fact]
    public void Clients_are_of_equal_size_when_each_has_all_classes() =>
        Scattered.Deal(Labels, 7, 10, 50, seed: 0).Should().AllSatisfy(part => part.Should().HaveCount(50));

    [Fact]
    public void Clients_follow_from_the_seed()
    {
        Scattered.Deal(Labels, 10, 5, 100, seed: 1)
            .Should().BeEquivalentTo(Scattered.Deal(Labels, 10, 5, 100, seed: 1), options => options.WithStrictOrdering());
        Scattered.Deal(Labels, 10, 5, 100, seed: 1)[0].Should().NotBeEquivalentTo(Scattered.Deal(Labels, 10, 5, 100, seed: 2)[0]);
    }

    private static IEnumerable<long> ClassesOf(IReadOnlyList<long> part) => part.Select(number => Labels[number]).Distinct();
}
