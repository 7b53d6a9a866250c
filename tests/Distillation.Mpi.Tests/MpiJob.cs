using System.Diagnostics;
using System.Globalization;

namespace Distillation.Mpi.Tests;

/// <summary>The worker, on the ranks of a launcher.</summary>
/// <param name="ExitCode">The exit code of the launcher.</param>
/// <param name="Lines">The lines that all ranks have written, in fields.</param>
/// <param name="Errors">The standard error of all ranks.</param>
internal sealed record MpiJob(int ExitCode, IReadOnlyList<string[]> Lines, string Errors)
{
    public const string OpenMpi = "mpirun.openmpi";
    public const string Mpich = "mpirun.mpich";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs the worker.</summary>
    /// <param name="launcher">The name of the launcher.</param>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="arguments">The command with its arguments.</param>
    /// <exception cref="InvalidOperationException">There is no such launcher.</exception>
    /// <exception cref="TimeoutException">The job does not end.</exception>
    public static MpiJob Run(string launcher, int ranks, params string[] arguments)
    {
        string[] options = launcher == OpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
        var start = new ProcessStartInfo(PathOf(launcher), [.. options, "-n", ranks.ToString(CultureInfo.InvariantCulture), "dotnet", Worker, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        string lines = Directory.CreateTempSubdirectory("distillation-").FullName;
        start.Environment["DISTILLATION_WORKER_OUTPUT"] = lines;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{launcher} {string.Join(' ', arguments)} did not end. {output.Result} {errors.Result}");
        }

        string[][] fields = [.. Directory.GetFiles(lines).SelectMany(File.ReadLines).Select(line => line.Split('|'))];
        Directory.Delete(lines, recursive: true);
        return new(process.ExitCode, fields, errors.Result);
    }

    private static string Worker => Path.Combine(AppContext.BaseDirectory, "Distillation.Mpi.Worker.dll");

    private static string PathOf(string launcher) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, launcher)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"The tests need {launcher}, but it is not on the path. Install both: apt-get install openmpi-bin mpich (Debian, Ubuntu).");
}
