using System.Globalization;

namespace Distillation.Mpi.Tests;

/// <summary>Studies, searches and models of clients whose trainings are shared by ranks have the results of one process.</summary>
public sealed class SharedWorkTests
{
    [Theory]
    [InlineData(MpiJob.OpenMpi, 2)]
    [InlineData(MpiJob.OpenMpi, 4)]
    [InlineData(MpiJob.Mpich, 2)]
    public void Studies_searches_and_exchanged_models_have_the_bits_of_one_process_on_all_ranks(string launcher, int ranks)
    {
        MpiJob job = MpiJob.Run(launcher, ranks, "share");

        job.ExitCode.Should().Be(0, job.Errors);
        foreach (string what in new[] { "study", "search", "exchange" })
        {
            string[][] lines = [.. job.Lines.Where(line => line[0] == what)];
            lines.Should().HaveCount(ranks);
            lines.SelectMany(line => line[3..]).Distinct().Should().ContainSingle("every rank has the result of one process in the {0}", what);
        }
    }

    [Fact]
    public void Each_rank_runs_its_share_of_the_trainings()
    {
        MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "share");

        // Three candidates and two pairs, none of them twice; and three held-out parts, each with all candidates.
        Counts("study").Sum().Should().Be(3 + (2 * 2));
        Counts("study").Should().OnlyContain(count => count >= 3);
        Counts("search").Order().Should().HaveCount(2).And.Match(counts => counts.Last() == 2 * counts.First());

        int[] Counts(string what) => [.. job.Lines.Where(line => line[0] == what).Select(line => int.Parse(line[2], CultureInfo.InvariantCulture))];
    }

    [Fact]
    public void Each_rank_counts_the_trainings_that_others_have_ended()
    {
        MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "share");

        // Three candidates on two ranks, and two of the four trainings in pairs on this one.
        job.Lines.Where(line => line[0] == "counted").Select(line => line[2]).Should().Equal("5", "5");
    }

    [Fact]
    public void All_ranks_end_when_one_fails_in_its_share()
    {
        MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "share", "throw");

        job.ExitCode.Should().NotBe(0);
        job.Lines.Should().BeEmpty();
        job.Errors.Should().Contain("A fault of the test.").And.Contain("rank 1 failed");
    }
}
