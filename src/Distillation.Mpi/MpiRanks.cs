using System.Diagnostics;
using Distillation.Mpi.Native;

namespace Distillation.Mpi;

/// <summary>The ranks of MPI_COMM_WORLD.</summary>
/// <remarks>
/// Sums and broadcasts are begun without blocking and tested until they are done, which is how a rank that does not come is noticed: MPI itself waits for good.
/// The empty messages by which ranks leave are looked for meanwhile.
/// </remarks>
internal sealed unsafe class MpiRanks : IRanks
{
    // Elements of one call, whose number is a C int: 1 GiB of float64.
    private const long Chunk = 1L << 27;

    // How often a waiting rank only yields its core before it sleeps for a millisecond each time.
    private const int Yields = 200;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    // A rank that has left may have done its part of what others still complete.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // Launchers forward what a rank has written, and may lose it where they end the job at once.
    private static readonly TimeSpan ForwardingTime = TimeSpan.FromSeconds(1);

    private readonly MpiLibrary _mpi;
    private readonly TimeSpan _timeout;
    private readonly Lock _gate = new();
    private bool _hasLeft;

    private MpiRanks(MpiLibrary mpi, TimeSpan timeout)
    {
        (_mpi, _timeout) = (mpi, timeout);
        (Rank, Count) = (mpi.Rank(), mpi.Size());
        Library = mpi.Version;
    }

    public int Rank { get; }

    public int Count { get; }

    public string Library { get; }

    /// <exception cref="MpiException">The library is not that of the launcher.</exception>
    /// <exception cref="InvalidOperationException">MPI was started before.</exception>
    public static MpiRanks Join(MpiLibrary mpi, Launch launch, TimeSpan timeout)
    {
        mpi.Initialize();
        var ranks = new MpiRanks(mpi, timeout);
        if (launch.Processes is { } expected && ranks.Count != expected)
        {
            mpi.Complete();
            throw new MpiException(
                $"The launcher started {expected} processes ({launch.Variable}), but {ranks.Library} in {mpi.Path} found {ranks.Count}: it is another MPI than "
                + $"that of the launcher. Use the mpirun of that library, or set {nameof(MpiOptions)}.{nameof(MpiOptions.Library)}.");
        }

        return ranks;
    }

    public void Sum(Tensor flat)
    {
        RequireFlat(flat);
        nint type = flat.dtype switch
        {
            torch.ScalarType.Float32 => _mpi.Handles.Float,
            torch.ScalarType.Float64 => _mpi.Handles.Double,
            _ => throw new ArgumentException($"{nameof(flat)} must be float32 or float64, but is {flat.dtype}.", nameof(flat)),
        };
        Each(flat, (start, count, _) => _mpi.BeginSum(start, count, type));
    }

    public void Broadcast(Tensor flat)
    {
        RequireFlat(flat);
        Each(flat, (start, count, size) => _mpi.BeginBroadcast(start, checked((int)(count * size))));
    }

    public void Fail(Exception reason)
    {
        Console.Error.WriteLine($"Rank {Rank} of {Count} failed, and ends the job: {reason}");
        Console.Error.Flush();
        Thread.Sleep(ForwardingTime);
        lock (_gate)
        {
            _mpi.EndJob(MpiEnvironment.FailureCode);
        }

        Environment.Exit(MpiEnvironment.FailureCode);
    }

    /// <summary>Exchanges an empty message with each other rank, and ends MPI.</summary>
    public void Leave()
    {
        if (_hasLeft)
        {
            return;
        }

        _hasLeft = true;
        var requests = new List<nint>();
        for (int other = 0; other < Count; other++)
        {
            if (other != Rank)
            {
                requests.Add(Locked(() => _mpi.BeginSendEmpty(other)));
                requests.Add(Locked(() => _mpi.BeginReceiveEmpty(other)));
            }
        }

        var spin = default(SpinWait);
        foreach (nint request in requests)
        {
            nint open = request;
            while (!IsDone(ref open))
            {
                spin.SpinOnce(Yields);
            }
        }

        Locked(() => _mpi.Complete());
    }

    private void RequireFlat(Tensor flat)
    {
        ObjectDisposedException.ThrowIf(_hasLeft, this);
        Require.Present(flat);
        if (flat.device_type != DeviceType.CPU || flat.dim() != 1 || !flat.is_contiguous())
        {
            throw new ArgumentException(
                $"{nameof(flat)} must be of one dimension, contiguous and on the CPU, but has {flat.dim()} on {flat.device}.", nameof(flat));
        }
    }

    private void Each(Tensor flat, Func<nint, int, long, nint> begin)
    {
        for (long start = 0; start < flat.numel(); start += Chunk)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
            Span<byte> bytes = piece.bytes;
            fixed (byte* first = bytes)
            {
                nint address = (nint)first;
                int count = (int)piece.numel();
                long size = bytes.Length / count;
                Wait(Locked(() => begin(address, count, size)));
            }
        }
    }

    private void Wait(nint request)
    {
        long began = Stopwatch.GetTimestamp();
        long probed = began;
        TimeSpan? left = null;
        var spin = default(SpinWait);
        while (!IsDone(ref request))
        {
            spin.SpinOnce(Yields);
            if (Stopwatch.GetElapsedTime(probed) < ProbeInterval)
            {
                continue;
            }

            probed = Stopwatch.GetTimestamp();
            TimeSpan waited = Stopwatch.GetElapsedTime(began);
            left ??= Locked(_mpi.HasEmptyMessage) ? waited : null;
            if (waited > _timeout)
            {
                Fail(new TimeoutException(
                    $"The other ranks did not come within {_timeout.TotalSeconds:G4} s ({nameof(MpiOptions)}.{nameof(MpiOptions.Timeout)})."));
            }
            else if (left is { } since && waited - since > Grace)
            {
                Fail(new MpiException($"Another rank has disposed its {nameof(MpiEnvironment)} while this one waits for it."));
            }
        }
    }

    private bool IsDone(ref nint request)
    {
        lock (_gate)
        {
            return _mpi.IsDone(ref request);
        }
    }

    private T Locked<T>(Func<T> call)
    {
        lock (_gate)
        {
            return call();
        }
    }

    private void Locked(Action call)
    {
        lock (_gate)
        {
            call();
        }
    }
}
