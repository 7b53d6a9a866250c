using Distillation.Training;

namespace Distillation.Tests.Training.Ranks;

public sealed class StopSignalTests
{
    private static readonly CancellationToken Set = new(canceled: true);

    private static RankGroup? TwoRanks => RankGroup.Of(new InertRanks(rank: 0, count: 2));

    [Fact]
    public void Run_of_one_process_ends_by_its_own_tokens()
    {
        new StopSignal(null, default, default).IsSet.Should().BeFalse();
        var canceled = new StopSignal(null, Set, Set);
        var terminated = new StopSignal(null, default, Set);

        (canceled.IsSet, canceled.IsCanceled).Should().Be((true, true));
        (terminated.IsSet, terminated.IsCanceled).Should().Be((true, false));
    }

    [Fact]
    public void Rank_marks_by_whom_it_is_to_end()
    {
        new StopSignal(TwoRanks, default, default).Own.Should().Be((0, 0));
        new StopSignal(TwoRanks, Set, Set).Own.Should().Be((1, 0));
        new StopSignal(TwoRanks, default, Set).Own.Should().Be((0, 1));
    }

    [Theory]
    [InlineData(0, 0, false, false)]
    [InlineData(1, 0, true, true)]
    [InlineData(0, 1, true, false)]
    [InlineData(1, 1, true, true)]
    public void Several_ranks_end_by_what_is_agreed_and_not_by_their_own_tokens(double canceled, double terminated, bool isSet, bool isCanceled)
    {
        var signal = new StopSignal(TwoRanks, Set, Set);
        signal.IsSet.Should().BeFalse("nothing is agreed yet");

        signal.Agree(canceled, terminated);

        (signal.IsSet, signal.IsCanceled).Should().Be((isSet, isCanceled));
    }
}
