namespace Distillation.SmallData;

/// <summary>The samples of each class, by number.</summary>
internal static class ClassRows
{
    /// <summary>Returns for each class that has samples its id and their numbers, rising.</summary>
    public static (long Label, long[] Rows)[] Of(LabeledSamples data)
    {
        using Tensor labels = data.RequireLabels().cpu();
        return [.. labels.data<long>().ToArray().Index().GroupBy(pair => pair.Item, pair => (long)pair.Index).OrderBy(group => group.Key)
            .Select(group => (group.Key, group.ToArray()))];
    }

    /// <summary>Copies samples; the caller disposes the result.</summary>
    public static TensorData Gather(LabeledSamples data, IEnumerable<long> rows)
    {
        using var scope = torch.NewDisposeScope();
        Tensor numbers = torch.tensor(rows.ToArray(), device: data.Inputs.device);
        return TensorData.Owning(data.Inputs.index_select(0, numbers), data.RequireLabels().index_select(0, numbers));
    }

    /// <summary>Draws numbers without replacement, in the order of the draws.</summary>
    public static long[] Draw(long[] rows, int count, ulong seed)
    {
        long[] drawn = [.. rows];
        var random = new SplitMix64(seed);
        random.Shuffle(drawn);
        return drawn[..Math.Min(count, drawn.Length)];
    }
}
