using System.Runtime.InteropServices;

namespace Distillation.Tests.Training.Ranks;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadRanks : IRanks
{
    private readonly Group _group;

    private ThreadRanks(Group group, int rank) => (_group, Rank) = (group, rank);

    public int Rank { get; }

    public int Count => _group.Count;

    /// <summary>Gets how many sums of more than a few numbers the rank took part in.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Runs a program on each rank, to the end of all.</summary>
    /// <returns>What each rank threw, in their order.</returns>
    public static Exception?[] Run(int count, Action<ThreadRanks> program)
    {
        using var group = new Group(count);
        var thrown = new Exception?[count];
        Thread[] threads =
        [
            .. Enumerable.Range(0, count).Select(rank => new Thread(() =>
            {
                try
                {
                    program(new ThreadRanks(group, rank));
                }
                catch (Exception exception)
                {
                    thrown[rank] = exception;
                }
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return thrown;
    }

    public void Sum(Tensor flat)
    {
        Exchanges += flat.numel() > 100 ? 1 : 0;
        byte[][] all = _group.Exchange(Rank, flat.bytes.ToArray());
        if (flat.dtype == torch.ScalarType.Float32)
        {
            Add<float>(all, flat);
        }
        else
        {
            flat.dtype.Should().Be(torch.ScalarType.Float64);
            Add<double>(all, flat);
        }
    }

    public void Broadcast(Tensor flat) => _group.Exchange(Rank, flat.bytes.ToArray())[0].CopyTo(flat.bytes);

    public void Fail(Exception reason) => _group.Fail(reason);

    private static void Add<T>(byte[][] all, Tensor flat)
        where T : struct, System.Numerics.INumber<T>
    {
        Span<T> sum = MemoryMarshal.Cast<byte, T>(flat.bytes);
        sum.Clear();
        foreach (byte[] one in all)
        {
            ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(one);
            values.Length.Should().Be(sum.Length);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += values[i];
            }
        }
    }

    private sealed class Group(int count) : IDisposable
    {
        private readonly byte[][] _slots = new byte[count][];
        private readonly Barrier _barrier = new(count);
        private readonly CancellationTokenSource _failed = new();
        private Exception? _reason;

        public int Count => count;

        public byte[][] Exchange(int rank, byte[] own)
        {
            _slots[rank] = own;
            Wait();
            byte[][] all = [.. _slots];
            Wait();
            return all;
        }

        public void Fail(Exception reason)
        {
            _reason = reason;
            _failed.Cancel();
        }

        public void Dispose()
        {
            _barrier.Dispose();
            _failed.Dispose();
        }

        private void Wait()
        {
            try
            {
                _barrier.SignalAndWait(_failed.Token);
            }
            catch (OperationCanceledException)
            {
                throw new IOException("A rank has failed.", _reason);
            }
        }
    }
}
