namespace Distillation.Tests.Training.Ranks;

/// <summary>Ranks share numbered pieces of work.</summary>
public sealed class RanksExtensionsTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 7)]
    [InlineData(4, 2)]
    public void Share_returns_the_results_of_all_pieces_on_every_rank(int ranks, int pieces)
    {
        byte[][] expected = [.. Enumerable.Range(0, pieces).Select(Result)];
        var shared = new IReadOnlyList<byte[]>[ranks];
        var done = new List<int>[ranks];

        Exception?[] thrown = ThreadRanks.Run(ranks, rank => shared[rank.Rank] = rank.Share(pieces, numbers =>
        {
            done[rank.Rank] = [.. numbers];
            return [.. numbers.Select(Result)];
        }));

        thrown.Should().OnlyContain(exception => exception == null);
        shared.Should().AllSatisfy(results => results.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering()));
        done.SelectMany(numbers => numbers).Order().Should().Equal(Enumerable.Range(0, pieces));
    }

    [Fact]
    public void Share_returns_every_byte_and_empty_results()
    {
        byte[][] results = [[], [.. Enumerable.Range(0, 256).Select(value => (byte)value)], [], [255]];
        IReadOnlyList<byte[]>? shared = null;

        Exception?[] thrown = ThreadRanks.Run(2, rank =>
        {
            IReadOnlyList<byte[]> all = rank.Share(results.Length, numbers => [.. numbers.Select(number => results[number])]);
            shared = rank.Rank == 0 ? all : shared;
        });

        thrown.Should().OnlyContain(exception => exception == null);
        shared.Should().BeEquivalentTo(results, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Failure_of_one_rank_ends_the_work_of_all()
    {
        Exception?[] thrown = ThreadRanks.Run(3, rank => rank.Share(
            3, numbers => rank.Rank == 1 ? throw new InvalidTimeZoneException() : [.. numbers.Select(Result)]));

        thrown[1].Should().BeOfType<InvalidTimeZoneException>();
        new[] { thrown[0], thrown[2] }.Should().AllSatisfy(one => one.Should().BeOfType<RankFailedException>().Which.Ranks.Should().Equal(1));
    }

    [Fact]
    public void Single_rank_does_all_pieces() =>
        new InertRanks(rank: 0, count: 1).Share(3, numbers => [.. numbers.Select(Result)]).Should().BeEquivalentTo([Result(0), Result(1), Result(2)]);

    [Fact]
    public void Work_that_returns_too_few_results_is_refused_on_all_ranks()
    {
        Exception?[] thrown = ThreadRanks.Run(2, rank => rank.Share(4, numbers => rank.Rank == 0 ? [[1]] : [.. numbers.Select(Result)]));

        thrown[0].Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Be("The work must return a result for each of 2 pieces, but returned 1.");
        thrown[1].Should().BeOfType<RankFailedException>();
    }

    private static byte[] Result(int number) => [.. Enumerable.Range(0, number * 3).Select(place => (byte)(number + place))];
}
