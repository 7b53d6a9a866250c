using System.Collections.Concurrent;

namespace OrleansLabeling;

/// <summary>Has every block labeled, by whichever processes are alive: a block whose process is lost is given to another one.</summary>
internal sealed class Coordinator(IGrainFactory grains, Settings settings)
{
    // Blocks that wait for a process, beyond those that are computed.
    private const int InFlight = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task Run(CancellationToken cancellationToken)
    {
        await Join(cancellationToken);
        var byProcess = new ConcurrentDictionary<int, int>();
        int lost = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, settings.Blocks),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (block, token) =>
            {
                while (true)
                {
                    try
                    {
                        int process = await grains.GetGrain<IBlockGrain>(block).Label().WaitAsync(token);
                        byProcess.AddOrUpdate(process, 1, (_, count) => count + 1);
                        return;
                    }
                    catch (Exception exception) when (exception is OrleansException or TimeoutException)
                    {
                        // The process is gone, or is not known to be gone yet. A failure of the labeling itself comes as its own exception, and ends the work.
                        Interlocked.Increment(ref lost);
                        await Task.Delay(Pause, token);
                    }
                }
            });
        string shares = string.Join(", ", byProcess.OrderBy(pair => pair.Key).Select(pair => $"process {pair.Key}: {pair.Value}"));
        Console.WriteLine($"{settings.Blocks} blocks ({shares}); {lost} times a block was given out again");
    }

    private async Task Join(CancellationToken cancellationToken)
    {
        IManagementGrain cluster = grains.GetGrain<IManagementGrain>(0);
        while ((await cluster.GetHosts(onlyActive: true)).Count < settings.Processes)
        {
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
