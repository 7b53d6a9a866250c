namespace Distillation.AI;

/// <summary>Keeps the newest texts that were passed on, up to a number. It may be used by several threads at a time.</summary>
public sealed class PassedOnStore
{
    private readonly Lock _lock = new();
    private readonly Queue<PassedOnText> _texts = new();
    private long _dropped;

    /// <summary>Creates an empty store.</summary>
    /// <param name="capacity">The largest number of texts that are kept; positive.</param>
    public PassedOnStore(int capacity) => Capacity = Require.Positive(capacity);

    /// <summary>Gets the largest number of texts that are kept.</summary>
    public int Capacity { get; }

    /// <summary>Gets the number of texts that are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _texts.Count;
            }
        }
    }

    /// <summary>Gets the number of texts that newer ones have replaced since the store was created.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _dropped;
            }
        }
    }

    /// <summary>Returns the texts, the oldest one first, and empties the store.</summary>
    /// <returns>The texts.</returns>
    public IReadOnlyList<PassedOnText> Drain()
    {
        lock (_lock)
        {
            PassedOnText[] texts = [.. _texts];
            _texts.Clear();
            return texts;
        }
    }

    /// <summary>Adds a text; of a full store it replaces the oldest one.</summary>
    internal void Add(PassedOnText text)
    {
        lock (_lock)
        {
            if (_texts.Count == Capacity)
            {
                _texts.Dequeue();
                _dropped++;
            }

            _texts.Enqueue(text);
        }
    }
}
