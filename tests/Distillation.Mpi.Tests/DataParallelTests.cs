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
    [InlineData(MpiJob.OpenMpi, 2)]
    [InlineData(MpiJob.OpenMpi, 3)]
    [InlineData(MpiJob.Mpich, 2)]
    public void Compressed_gradients_are_rounded_and_the_rest_exact_when_ranks_sum(string launcher, int ranks)
    {
        MpiJob job = MpiJob.Run(launcher, ranks, "compress");

        job.ExitCode.Should().Be(0, job.Errors);
        ILookup<string, string[]> lines = job.Lines.ToLookup(line => line[0]);
        lines["sum"].Select(line => line[2]).Distinct().Should().HaveCount(7, "all ranks have the bits of each sum");
        double[] errors = [.. lines["sum"].Select(line => double.Parse(line[3], CultureInfo.InvariantCulture))];
        errors.Should().OnlyContain(error => error <= 1.0 / 128).And.Contain(error => error > 1.0 / 1024, "the gradients are rounded");
        lines["sum"].Should().OnlyContain(line => double.Parse(line[4], CultureInfo.InvariantCulture) < 1e-6);
        string special = string.Create(CultureInfo.InvariantCulture, $"Infinity NaN {ranks} -Infinity {16_777_217f * ranks}");
        lines["special"].Should().HaveCount(ranks).And.OnlyContain(line => line[2] == special);
        lines["run"].Select(line => line[2]).Distinct().Should().ContainSingle("all ranks have the same weights");
        lines["run"].Should().OnlyContain(line => double.Parse(line[3], CultureInfo.InvariantCulture) > 1e-6)
            .And.OnlyContain(line => double.Parse(line[3], CultureInfo.InvariantCulture) < 0.01);
    }

    [Theory]
    [InlineData(MpiJob.OpenMpi)]
    [InlineData(MpiJob.Mpich)]
    public void Start_is_refused_when_ranks_differ_in_how_gradients_travel(string launcher)
    {
        MpiJob job = MpiJob.Run(launcher, 2, "compress", "1");

        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().Contain("MpiOptions.CompressGradients must be the same on all 2 ranks, but is true on 1, and false on rank 1.");
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
