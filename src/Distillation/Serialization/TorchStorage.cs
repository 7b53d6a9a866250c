namespace Distillation.Serialization;

/// <summary>Numbers in a row, as tensors share them in PyTorch.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Dtype">The type of its numbers, as safetensors files call it.</param>
/// <param name="Width">The bytes of one number.</param>
/// <param name="Count">How many numbers there are.</param>
internal sealed record TorchStorage(string Key, string Dtype, int Width, long Count)
{
    /// <summary>Where it begins in the file; set when it is found there.</summary>
    public long Begin { get; set; }
}
