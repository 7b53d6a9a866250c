namespace Distillation.Serialization;

/// <summary>Numbers in a row, as tensors share them in PyTorch.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Count">How many numbers there are.</param>
internal sealed record TorchStorage(string Key, TorchStorageType Type, long Count)
{
    /// <summary>Gets the storage of which this one is a part; none where it is in the file itself.</summary>
    public TorchStorage? Whole { get; init; }

    /// <summary>Gets how many numbers of <see cref="Whole"/> are before its first.</summary>
    public long Offset { get; init; }

    /// <summary>Where it begins in the file; set, of one that is no part, when it is found there.</summary>
    public long Begin { get => Whole is null ? field : Whole.Begin + (Offset * Type.Width); set; }

    /// <summary>Gets its length in bytes.</summary>
    public long Bytes => Count * Type.Width;
}
