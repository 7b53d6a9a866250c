namespace Distillation.Tests;

/// <summary>How the processor's kernels round.</summary>
internal static class Rounding
{
    /// <summary>
    /// Tells whether a network gives each sample the same bits at every place in a batch of a size: the kernels of some processors, and some settings of them,
    /// do not.
    /// </summary>
    public static bool IsAlikeAtEveryPlace(ITeacher teacher, Tensor inputs, long batchSize)
    {
        using var scope = torch.NewDisposeScope();
        Tensor samples = inputs.narrow(0, 0, batchSize);
        Tensor inOrder = Logits(samples);
        return Enumerable.Range(1, 5).All(seed =>
        {
            using var generator = new torch.Generator((ulong)seed);
            Tensor places = torch.randperm(batchSize, torch.ScalarType.Int64, generator: generator);
            return Logits(samples.index_select(0, places)).eq(inOrder.index_select(0, places)).all().item<bool>();
        });

        Tensor Logits(Tensor some) => teacher.Predict(new Batch(some, null, torch.arange(batchSize, torch.ScalarType.Int64)), FeatureSet.None).Logits;
    }
}
