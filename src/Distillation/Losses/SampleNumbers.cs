namespace Distillation.Losses;

/// <summary>The numbers of samples that a loss with a memory was made for.</summary>
internal static class SampleNumbers
{
    /// <summary>Explains a failure of the native library by a number that is out of range, if one is.</summary>
    public static InvalidOperationException? Explain(Tensor indices, long samples, Exception cause)
    {
        using var scope = torch.NewDisposeScope();
        (long least, long most) = (indices.min().item<long>(), indices.max().item<long>());
        return least >= 0 && most < samples
            ? null
            : new(
                $"The loss was made for {samples} samples, with numbers in [0, {samples - 1}], but the batch has sample {(least < 0 ? least : most)}.", cause);
    }
}
