namespace Distillation.Images.Caching;

/// <summary>Keeps the first images that are read until a number of bytes is reached. Epochs read in a circle, so dropping the oldest would keep none.</summary>
internal sealed class MemoryCache(int images, long budget)
{
    private readonly byte[]?[] _kept = budget > 0 ? new byte[images][] : [];
    private long _left = budget;

    public byte[]? Find(int number) => _kept.Length == 0 ? null : Volatile.Read(ref _kept[number]);

    public void Keep(int number, byte[] pixels)
    {
        if (_kept.Length == 0 || Interlocked.Add(ref _left, -pixels.Length) < 0)
        {
            Interlocked.Add(ref _left, _kept.Length == 0 ? 0 : pixels.Length);
            return;
        }

        if (Interlocked.CompareExchange(ref _kept[number], pixels, null) is not null)
        {
            Interlocked.Add(ref _left, pixels.Length);
        }
    }
}
