namespace Distillation.Serialization;

/// <summary>The memory that may still be taken for what a file has besides the values of its tensors: a few bytes of a file can stand for much.</summary>
internal sealed class MemoryBudget(string path, long fileLength)
{
    /// <summary>What a value takes, with its place in what holds it and the growth of that.</summary>
    public const int ValueBytes = 64;

    // Enough for twenty thousand tensors of one number each; larger ones bring their own.
    private const long Least = 64 << 20;

    private long _left = Least + fileLength;

    /// <exception cref="InvalidDataException">It is more than is left.</exception>
    public void Spend(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new InvalidDataException(
                $"'{path}' is refused: beside its tensors it has more than {Least >> 20} MB and the {fileLength} bytes of the file can hold.");
        }
    }
}
