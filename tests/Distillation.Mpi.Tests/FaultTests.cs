using System.Globalization;
using System.Runtime.InteropServices;
using Distillation.Tests;

namespace Distillation.Mpi.Tests;

/// <summary>No job hangs, and none loses more than the updates since its last checkpoint.</summary>
public sealed class FaultTests(FaultTests.Undisturbed undisturbed) : IClassFixture<FaultTests.Undisturbed>, IDisposable
{
    private const string FailureCode = "70";
    private const int Steps = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-mpi-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(MpiJob.OpenMpi)]
    [InlineData(MpiJob.Mpich)]
    public void Job_ends_when_a_rank_throws(string launcher)
    {
        MpiJob job = MpiJob.Run(launcher, 2, "train", _directory, "0.3", "throw@1@7");

        job.ExitCode.ToString(CultureInfo.InvariantCulture).Should().Be(FailureCode);
        job.Lines.Should().BeEmpty();
        job.Errors.Should().ContainAny(
            "Rank 1 of 2 failed, and ends the job: System.InvalidTimeZoneException: A fault of the test.", "because rank 1 failed");
    }

    [Theory]
    [InlineData(MpiJob.OpenMpi)]
    [InlineData(MpiJob.Mpich)]
    public void Job_ends_when_a_rank_hangs(string launcher)
    {
        MpiJob job = MpiJob.Run(launcher, 2, "train", _directory, "0.3", "hang@1@7");

        job.ExitCode.ToString(CultureInfo.InvariantCulture).Should().Be(FailureCode);
        job.Errors.Should().Contain("Rank 0 of 2 failed").And.Contain("did not come within 4 s");
    }

    [Fact]
    public void Job_ends_when_a_rank_leaves_while_others_wait_for_it()
    {
        MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "leave");

        job.ExitCode.ToString(CultureInfo.InvariantCulture).Should().Be(FailureCode);
        job.Errors.Should().Contain("Rank 0 of 2 failed").And.Contain("has disposed its MpiEnvironment");
    }

    [Theory]
    [InlineData(MpiJob.OpenMpi, 13)]
    [InlineData(MpiJob.Mpich, 8)]
    public void Run_resumes_to_the_same_bits_when_random_ranks_were_killed_at_random_steps(string launcher, int seed)
    {
        var random = new Random(seed);
        for (int kill = 0; kill < LongForm.Times(1); kill++)
        {
            string directory = Path.Combine(_directory, kill.ToString(CultureInfo.InvariantCulture));
            (int rank, int step) = (random.Next(2), random.Next(1, Steps));
            MpiJob killed = MpiJob.Run(launcher, 2, "train", directory, "0.3", string.Create(CultureInfo.InvariantCulture, $"kill@{rank}@{step}"));
            killed.ExitCode.Should().NotBe(0);
            SpinWait.SpinUntil(() => !Orphans(directory).Any(), Patience).Should().BeTrue("no process of the job stays");

            MpiJob resumed = MpiJob.Run(launcher, 2, "train", directory, "0.3");

            resumed.ExitCode.Should().Be(0, resumed.Errors);
            resumed.Lines.Should().HaveCount(2).And.OnlyContain(line => line[2] == "Completed" && line[4] == undisturbed.Weights, $"rank {rank}, step {step}");
        }
    }

    [Fact]
    public void Job_ends_when_the_disk_of_the_checkpoints_is_full()
    {
        string disk = Directory.CreateDirectory(Path.Combine(_directory, "disk")).FullName;
        bool isSmall = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
            && Programs.Call("mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", disk) == 0;
        if (!isSmall)
        {
            return; // A small disk needs Linux and root.
        }

        try
        {
            MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "train", disk, "0.3");

            job.ExitCode.Should().NotBe(0);
            job.Lines.Should().BeEmpty();
            job.Errors.Should().Contain("The last checkpoint could not be written: No space left on device");
        }
        finally
        {
            Programs.Call("umount", "--lazy", disk); // A rank that is just ending may still have it open.
        }
    }

    [Fact]
    public void All_ranks_stop_at_the_same_step_and_resume_when_one_gets_SIGTERM()
    {
        MpiJob stopped = MpiJob.Run(MpiJob.OpenMpi, 2, "train", _directory, "0.3", "term@1@13");
        stopped.ExitCode.Should().Be(0, stopped.Errors);
        stopped.Lines.Should().HaveCount(2).And.OnlyContain(line => line[2] == "Terminated");
        stopped.Lines.Select(line => int.Parse(line[3], CultureInfo.InvariantCulture)).Distinct().Should().ContainSingle().Which.Should().BeInRange(13, 23);

        MpiJob resumed = MpiJob.Run(MpiJob.OpenMpi, 2, "train", _directory, "0.3");

        resumed.Lines.Should().HaveCount(2).And.OnlyContain(line => line[2] == "Completed" && line[4] == undisturbed.Weights);
    }

    [Fact]
    public void Run_resumes_on_another_number_of_ranks()
    {
        MpiJob killed = MpiJob.Run(MpiJob.OpenMpi, 2, "train", _directory, "0", "kill@0@13");
        killed.ExitCode.Should().NotBe(0);

        MpiJob resumed = MpiJob.Run(MpiJob.OpenMpi, 3, "train", _directory, "0");

        resumed.ExitCode.Should().Be(0, resumed.Errors);
        resumed.Lines.Should().HaveCount(3);
        string expected = MpiJob.Run(MpiJob.OpenMpi, 1, "train", Path.Combine(_directory, "alone"), "0").Lines.Single()[4];
        Distance(resumed.Lines[0][4], expected).Should().BeLessThan(1e-6);
    }

    // Processes of a job, by the directory in their arguments; those of Windows and macOS are not looked for.
    private static IEnumerable<string> Orphans(string directory) => OperatingSystem.IsLinux()
        ? Directory.GetDirectories("/proc").Where(process => CommandOf(process).Contains($"train\0{directory}\0", StringComparison.Ordinal))
        : [];

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static double Distance(string weights, string expected)
    {
        ReadOnlySpan<float> all = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(weights));
        ReadOnlySpan<float> others = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(expected));
        (double apart, double length) = (0, 0);
        for (int i = 0; i < others.Length; i++)
        {
            apart += Math.Pow(all[i] - others[i], 2);
            length += Math.Pow(others[i], 2);
        }

        return Math.Sqrt(apart / length);
    }

    /// <summary>A run that nothing disturbs.</summary>
    public sealed class Undisturbed : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("distillation-mpi-").FullName;

        public Undisturbed()
        {
            MpiJob job = MpiJob.Run(MpiJob.OpenMpi, 2, "train", _directory, "0.3");
            job.ExitCode.Should().Be(0, job.Errors);
            job.Lines.Should().HaveCount(2).And.OnlyContain(line => line[2] == "Completed" && line[3] == $"{Steps}");
            Weights = job.Lines.Select(line => line[4]).Distinct().Single();
        }

        public string Weights { get; }

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }
}
