using Distillation.Mpi.Native;

namespace Distillation.Mpi;

/// <summary>The ranks of an MPI job, from the start of the program to its end; without a launcher, this process alone.</summary>
/// <remarks>
/// <para>
/// <c>mpirun -n 4 dotnet train.dll</c> starts four processes, each of which calls <see cref="Start"/> first and disposes the environment last. Started without
/// <c>mpirun</c>, the same program runs as one process, and needs no MPI library.
/// </para>
/// <para>
/// No rank is left waiting: an unhandled exception of a rank, and one for which a run calls <see cref="IRanks.Fail"/>, is written to the standard error and
/// ends all processes of the job with exit code <see cref="FailureCode"/>; a rank that leaves by disposal ends the job too, if others go on to wait for it;
/// one that hangs does after <see cref="MpiOptions.Timeout"/>.
/// </para>
/// <para>MPI can be started once in a process. The environment and its ranks are used by one thread at a time.</para>
/// </remarks>
public sealed class MpiEnvironment : IDisposable
{
    /// <summary>The exit code of a job that ended because a rank failed.</summary>
    public const int FailureCode = 70;

    private readonly MpiRanks? _ranks;

    private MpiEnvironment(MpiRanks? ranks)
    {
        _ranks = ranks;
        Ranks = ranks is null ? new SingleRank() : ranks;
        if (ranks is not null)
        {
            AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        }
    }

    /// <summary>Gets whether a launcher started this process as one of several.</summary>
    public static bool IsLaunched => Launch.Current.Processes is not 1;

    /// <summary>Gets the ranks, for <see cref="TrainerOptions.Ranks"/>.</summary>
    /// <value>A single one where no launcher started the process. It may not be used after disposal.</value>
    public IRanks Ranks { get; }

    /// <summary>Gets the name and version of the MPI library.</summary>
    /// <value><see langword="null"/> where no launcher started the process.</value>
    public string? Library => _ranks?.Library;

    /// <summary>Joins the ranks of the job that started this process.</summary>
    /// <param name="options">The library and the timeout; the defaults if not given.</param>
    /// <returns>The environment. The caller disposes it at the end of the program: disposal waits for the other ranks.</returns>
    /// <exception cref="MpiException">
    /// No library was found, or it has another binary interface, or it is not the one of the launcher. The message has those that were tried. Or the ranks
    /// have different values of <see cref="MpiOptions.CompressGradients"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">MPI was started in this process before.</exception>
    public static MpiEnvironment Start(MpiOptions? options = null)
    {
        options ??= new MpiOptions();
        Launch launch = Launch.Current;
        return launch.Processes == 1 ? new(ranks: null) : new(MpiRanks.Join(MpiLibrary.Load(options.Library, launch), launch, options));
    }

    /// <summary>Waits until every rank has come here: to what one rank has written before it, and the others read after it.</summary>
    public void Barrier()
    {
        using Tensor nothing = torch.zeros(1);
        Ranks.Sum(nothing);
    }

    /// <summary>Waits for the other ranks to come to their end, and ends MPI.</summary>
    public void Dispose()
    {
        if (_ranks is not null)
        {
            AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
            _ranks.Leave();
        }
    }

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments) =>
        _ranks!.Fail(arguments.ExceptionObject as Exception ?? new MpiException($"Unhandled: {arguments.ExceptionObject}"));
}
