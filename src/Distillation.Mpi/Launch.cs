using System.Globalization;

namespace Distillation.Mpi;

/// <summary>How a process was started, by the variables that launchers set.</summary>
/// <param name="Processes">The number of processes of the job; <see langword="null"/> where the launcher does not set it.</param>
/// <param name="PrefersOpenMpi">Whether the launcher is that of Open MPI, or one that it uses.</param>
/// <param name="Variable">The variable by which the launcher is known; empty without a launcher.</param>
internal sealed record Launch(int? Processes, bool PrefersOpenMpi, string Variable)
{
    private const string OpenMpi = "OMPI_COMM_WORLD_SIZE";
    private const string Pmi = "PMI_SIZE";
    private const string Pmix = "PMIX_RANK";
    private const string Slurm = "SLURM_STEP_NUM_TASKS";

    /// <summary>Gets how this process was started.</summary>
    public static Launch Current => Of(Environment.GetEnvironmentVariable);

    /// <summary>Reads how a process was started.</summary>
    /// <param name="variable">Returns the value of a variable, or <see langword="null"/>.</param>
    /// <exception cref="MpiException">Slurm started several processes without MPI.</exception>
    public static Launch Of(Func<string, string?> variable)
    {
        if (Number(variable(OpenMpi)) is { } ofOpenMpi)
        {
            return new(ofOpenMpi, PrefersOpenMpi: true, OpenMpi);
        }

        if (Number(variable(Pmi)) is { } ofPmi)
        {
            return new(ofPmi, PrefersOpenMpi: false, Pmi);
        }

        int? ofSlurm = Number(variable(Slurm));
        if (variable(Pmix) is not null)
        {
            return new(ofSlurm, PrefersOpenMpi: true, Pmix);
        }

        return ofSlurm is null or 1
            ? new(1, PrefersOpenMpi: true, "")
            : throw new MpiException(
                $"Slurm started {ofSlurm} processes without MPI, which would train {ofSlurm} times alone. Start them with srun --mpi=pmix or srun --mpi=pmi2.");
    }

    private static int? Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
