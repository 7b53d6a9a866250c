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
    private readonly MpiOptions _options;
    private readonly Lock _gate = new();
    private bool _hasLeft;

    private MpiRanks(MpiLibrary mpi, MpiOptions options)
    {
        (_mpi, _options) = (mpi, options);
        (Rank, Count) = (mpi.Rank(), mpi.Size());
        Library = mpi.Version;
    }

    public int Rank { get; }

    public int Count { get; }

    public string Library { get; }

    /// <exception cref="MpiException">The library is not that of the launcher, or the ranks differ in how gradients travel.</exception>
    /// <exception cref="InvalidOperationException">MPI was started before.</exception>
    public static MpiRanks Join(MpiLibrary mpi, Launch launch, MpiOptions options)
    {
        mpi.Initialize();
        var ranks = new MpiRanks(mpi, options);
        if (launch.Processes is { } expected && ranks.Count != expected)
        {
            mpi.Complete();
            throw new MpiException(
                $"The launcher started {expected} processes ({launch.Variable}), but {ranks.Library} in {mpi.Path} found {ranks.Count}: it is another MPI than "
                + $"that of the launcher. Use the mpirun of that library, or set {nameof(MpiOptions)}.{nameof(MpiOptions.Library)}.");
        }

        ranks.RequireSameOptions();
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

    public void SumGradients(Tensor flat, long gradients)
    {
        Require.InRange(gradients, 0, Require.Present(flat).numel());
        if (!_options.CompressGradients)
        {
            Sum(flat);
            return;
        }

        RequireFlat(flat);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        for (long start = 0; start < gradients; start += Chunk)
        {
            SumCompressed(flat.narrow(0, start, Math.Min(Chunk, gradients - start)));
        }

        Sum(flat.narrow(0, gradients, flat.numel() - gradients));
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

    // Another rank would wait in another collective.
    private void RequireSameOptions()
    {
        using Tensor compressing = torch.tensor([_options.CompressGradients ? 1f : 0]);
        Sum(compressing);
        float count = compressing.data<float>()[0];
        if (count != 0 && count != Count)
        {
            Leave();
            throw new MpiException(
                $"{nameof(MpiOptions)}.{nameof(MpiOptions.CompressGradients)} must be the same on all {Count} ranks, but is true on {count}, and "
                + $"{(_options.CompressGradients ? "true" : "false")} on rank {Rank}.");
        }
    }

    // Every rank receives one share of the gradients of all, sums it, and sends the sum to all: half the bytes of a sum in float32.
    private void SumCompressed(Tensor part)
    {
        long share = (part.numel() + Count - 1) / Count;
        Tensor all = torch.zeros([Count * share], torch.ScalarType.BFloat16);
        Tensor first = all.narrow(0, 0, part.numel());
        _ = first.copy_(part);
        Tensor own = torch.empty_like(all);
        Exchange(all, own, share, _mpi.BeginAllToAll);
        Exchange(own.view(Count, share).to(part.dtype).sum([0]).to(torch.ScalarType.BFloat16), all, share, _mpi.BeginAllGather);
        _ = part.copy_(first);
    }

    private void Exchange(Tensor source, Tensor target, long share, Func<nint, nint, int, nint> begin)
    {
        fixed (byte* from = source.bytes, to = target.bytes)
        {
            (nint sent, nint received) = ((nint)from, (nint)to);
            Wait(Locked(() => begin(sent, received, checked((int)(share * sizeof(ushort))))));
        }
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
            if (waited > _options.Timeout)
            {
                Fail(new TimeoutException(
                    $"The other ranks did not come within {_options.Timeout.TotalSeconds:G4} s ({nameof(MpiOptions)}.{nameof(MpiOptions.Timeout)})."));
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
