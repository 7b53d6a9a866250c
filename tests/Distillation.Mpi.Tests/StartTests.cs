using Distillation.Mpi.Native;

namespace Distillation.Mpi.Tests;

/// <summary>How a program finds out whether it is one of several, and which library it needs.</summary>
public sealed class StartTests
{
    private static readonly Launch OfOpenMpi = Of(("OMPI_COMM_WORLD_SIZE", "2"));

    [Fact]
    public void Program_runs_alone_when_no_launcher_started_it()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start(new() { Library = "libno-such-mpi.so" });

        (mpi.Ranks.Rank, mpi.Ranks.Count).Should().Be((0, 1));
        mpi.Library.Should().BeNull();
        MpiEnvironment.IsLaunched.Should().BeFalse();
    }

    [Fact]
    public void Launcher_is_known_by_its_variables()
    {
        Of(("OMPI_COMM_WORLD_SIZE", "4")).Should().Be(new Launch(4, PrefersOpenMpi: true, "OMPI_COMM_WORLD_SIZE"));
        Of(("PMI_SIZE", "3"), ("PMI_RANK", "0")).Should().Be(new Launch(3, PrefersOpenMpi: false, "PMI_SIZE"));
        Of(("PMIX_RANK", "1"), ("SLURM_STEP_NUM_TASKS", "8")).Should().Be(new Launch(8, PrefersOpenMpi: true, "PMIX_RANK"));
        Of(("PMIX_RANK", "1")).Processes.Should().BeNull();
        Of(("SLURM_STEP_NUM_TASKS", "1")).Processes.Should().Be(1);
        Of(("PMI_SIZE", "none")).Processes.Should().Be(1);
    }

    [Fact]
    public void Start_is_refused_when_Slurm_started_several_processes_without_MPI()
    {
        Action read = () => Of(("SLURM_STEP_NUM_TASKS", "8"));

        read.Should().Throw<MpiException>().WithMessage("*8 processes without MPI*srun --mpi=pmix*");
    }

    [Fact]
    public void Load_names_what_was_tried_when_there_is_no_library()
    {
        Action load = () => MpiLibrary.Load("libno-such-mpi.so", OfOpenMpi);

        load.Should().Throw<MpiException>().WithMessage("*OMPI_COMM_WORLD_SIZE*Tried: libno-such-mpi.so.*openmpi-bin or mpich*");
    }

    [Fact]
    public void Load_is_refused_when_the_library_has_another_interface()
    {
        Action load = () => MpiLibrary.Load("libc.so.6", OfOpenMpi);

        load.Should().Throw<MpiException>().WithMessage("'libc.so.6' has the binary interface neither of Open MPI nor of MPICH*");
    }

    [Fact]
    public void Names_of_the_launcher_come_first()
    {
        LibraryNames.Of(prefersOpenMpi: true)[0].Should().Be("libmpi.so.40");
        LibraryNames.Of(prefersOpenMpi: false)[0].Should().Be("libmpich.so.12");
        LibraryNames.Of(prefersOpenMpi: true).Should().BeEquivalentTo(LibraryNames.Of(prefersOpenMpi: false));
    }

    [Fact]
    public void Options_refuse_what_cannot_be()
    {
        Action timeout = () => _ = new MpiOptions { Timeout = TimeSpan.Zero };
        Action library = () => _ = new MpiOptions { Library = " " };

        timeout.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Timeout*");
        library.Should().Throw<ArgumentException>().WithMessage("*Library*");
        new MpiOptions().Timeout.Should().Be(TimeSpan.FromMinutes(10));
    }

    private static Launch Of(params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> all = variables.ToDictionary(one => one.Name, one => one.Value);
        return Launch.Of(all.GetValueOrDefault);
    }
}
