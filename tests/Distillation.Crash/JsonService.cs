using System.Text.Json;

namespace Distillation.Crash;

/// <summary>A thread that does what a service does beside a training: it serializes JSON, and so makes garbage that is collected.</summary>
internal sealed class JsonService : IDisposable
{
    private readonly Thread _thread;
    private readonly bool _collects;
    private readonly int _collections = GC.CollectionCount(0);
    private volatile bool _stops;

    /// <summary>Starts the thread.</summary>
    /// <param name="collects">Whether it collects the garbage itself after each request, much oftener than the runtime does.</param>
    public JsonService(bool collects = false)
    {
        _collects = collects;
        _thread = new(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many garbage collections there were since the thread was started.</summary>
    public int Collections => GC.CollectionCount(0) - _collections;

    public void Dispose()
    {
        _stops = true;
        _thread.Join();
    }

    private void Serve()
    {
        Order[] orders = [.. Enumerable.Range(0, 200).Select(number => new Order(number, $"order {number}", [number, number / 2.0]))];
        while (!_stops)
        {
            JsonSerializer.Deserialize<Order[]>(JsonSerializer.Serialize(orders));
            if (_collects)
            {
                GC.Collect(0);
            }
        }
    }

    private sealed record Order(int Number, string Name, double[] Prices);
}
