using Distillation.Arrow;

namespace Distillation.Crash;

/// <summary>Fills a store in small shards, and goes on where an earlier call was killed.</summary>
internal static class StoreCommand
{
    public const string Fingerprint = "crash";

    private const int Classes = 7;
    private const int RowsPerShard = 20;

    public static void Run(string directory, long samples) => Run(directory, samples, flushed: () => { });

    /// <summary>Fills the store, says so after some shards, and goes on until it is killed: it never ends by itself.</summary>
    public static void RunUntil(string directory, long samples, long shards, TextWriter output)
    {
        Run(directory, samples, () =>
        {
            if (--shards == 0)
            {
                output.WriteLine(Hold.Line);
            }
        });
        new ManualResetEventSlim().Wait();
    }

    private static void Run(string directory, long samples, Action flushed)
    {
        torch.set_num_threads(1);
        using ArrowOutputStore store = ArrowOutputStore.Open(directory, samples, Fingerprint, new ArrowStoreOptions { RowsPerFlush = RowsPerShard });
        store.RemoveUnfinished();
        foreach (long[] missing in Missing(store).Chunk(RowsPerShard))
        {
            Write(store, missing);
            flushed();
        }
    }

    /// <summary>Writes sample after sample, tells of each, and then waits to be killed: nothing is flushed but by the store itself.</summary>
    public static void RunUnflushed(string directory, long samples, int rowsPerFlush, TimeSpan flushInterval, TextWriter told, TextReader end)
    {
        torch.set_num_threads(1);
        ArrowOutputStore store = ArrowOutputStore.Open(
            directory, samples, Fingerprint, new ArrowStoreOptions { RowsPerFlush = rowsPerFlush, FlushInterval = flushInterval });
        for (long sample = 0; sample < samples; sample++)
        {
            Write(store, [sample]);
            told.WriteLine(sample);
            told.Flush();
        }

        _ = end.ReadLine();
    }

    private static void Write(ArrowOutputStore store, long[] samples)
    {
        using var scope = torch.NewDisposeScope();
        float[] logits = [.. samples.SelectMany(sample => Enumerable.Range(0, Classes).Select(label => MathF.Sin((sample * Classes) + label)))];
        store.Write(samples, [.. samples.Select(sample => (ulong)sample * 3)], new(torch.tensor(logits, [samples.Length, Classes])));
    }

    private static IEnumerable<long> Missing(ArrowOutputStore store)
    {
        for (long sample = 0; sample < store.Count; sample++)
        {
            if (!store.Contains(sample))
            {
                yield return sample;
            }
        }
    }
}
