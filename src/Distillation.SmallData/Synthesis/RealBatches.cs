namespace Distillation.SmallData;

/// <summary>Draws real samples of each class for the steps of an optimization.</summary>
internal sealed class RealBatches(LabeledSamples data, (long Label, long[] Rows)[] classes, int size, int seed)
{
    /// <summary>Draws samples of one class, with replacement; of a class that is not larger than a batch it returns all.</summary>
    public Tensor OfClass(int number, int step) => Read(Draw(number, step));

    /// <summary>Draws samples of all classes.</summary>
    /// <returns>Inputs [N, ...], and how many of them are of each class, in their order.</returns>
    public (Tensor Inputs, int[] Counts) OfAll(int step)
    {
        long[][] drawn = [.. Enumerable.Range(0, classes.Length).Select(number => Draw(number, step))];
        return (Read([.. drawn.SelectMany(rows => rows)]), [.. drawn.Select(rows => rows.Length)]);
    }

    private long[] Draw(int number, int step)
    {
        long[] rows = classes[number].Rows;
        if (rows.Length <= size)
        {
            return rows;
        }

        var random = new SplitMix64(SplitMix64.Mix(SplitMix64.Mix(seed, step), (ulong)classes[number].Label));
        var drawn = new long[size];
        for (int i = 0; i < size; i++)
        {
            drawn[i] = rows[(int)random.Below((ulong)rows.Length)];
        }

        return drawn;
    }

    private Tensor Read(long[] rows) => data.Inputs.index_select(0, torch.tensor(rows, device: data.Inputs.device));
}
