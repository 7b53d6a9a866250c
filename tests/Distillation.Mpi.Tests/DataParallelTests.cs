using System.Globalization;

namespace Distillation.Mpi.Tests;

/// <summary>Runs on several ranks have the weights of one process.</summary>
public sealed class DataParallelTests
{
    [Theory]
    [InlineData(MpiJob.OpenMpi, 1)]
    [InlineData(MpiJob.OpenMpi, 2)]
    [InlineData(MpiJob.OpenMpi, 3)]
    [InlineData(MpiJob.OpenMpi, 4)]
    [InlineData(MpiJob.Mpich, 2)]
    public void Weights_are_those_of_one_process_and_the_same_bits_on_all_ranks(string launcher, int ranks)
    {
        MpiJob job = MpiJob.Run(launcher, ranks, "compare");

        job.ExitCode.Should().Be(0, job.Errors);
        ILookup<string, string[]> cases = job.Lines.ToLookup(line => line[0]);
        cases.Should().HaveCountGreaterThan(5);
        foreach (IGrouping<string, string[]> one in cases)
        {
            one.Select(line => line[1]).Should().BeEquivalentTo(Enumerable.Range(0, ranks).Select(rank => rank.ToString(CultureInfo.InvariantCulture)));
            one.Should().OnlyContain(line => line[2] == ranks.ToString(CultureInfo.InvariantCulture));
            one.Select(line => line[3]).Distinct().Should().ContainSingle("the weights of all ranks are the same in {0}", one.Key);
            one.Should().OnlyContain(line => double.Parse(line[4], CultureInfo.InvariantCulture) < 1e-6, one.Key);
        }
    }

    [Theory]
    [InlineData(MpiJob.OpenMpi, "Open MPI")]
    [InlineData(MpiJob.Mpich, "MPICH")]
    public void Null_references_are_caught_beside_the_library_of_the_launcher(string launcher, string library)
    {
        MpiJob job = MpiJob.Run(launcher, 2, "signal");

        job.ExitCode.Should().Be(0, job.Errors);
        job.Lines.Should().HaveCount(2).And.OnlyContain(line => line[0] == "caught" && line[2].StartsWith(library, StringComparison.Ordinal));
    }

    [Fact]
    public void Start_is_refused_when_the_library_is_not_that_of_the_launcher()
    {
        MpiJob job = MpiJob.Run(MpiJob.Mpich, 2, "signal", "libmpi.so.40");

        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("The launcher started 2 processes (PMI_SIZE), but Open MPI").And.Contain("libmpi.so.40 found 1");
    }
}
