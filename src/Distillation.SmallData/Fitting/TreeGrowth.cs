namespace Distillation.SmallData;

/// <summary>The samples of an <see cref="ExtraTree"/> while it grows; those of a node are next to each other.</summary>
/// <param name="columns">The features, each with a value for each sample.</param>
/// <param name="count">The number of samples.</param>
/// <param name="tried">How many features that differ in a node are tried there.</param>
/// <param name="minLeaf">The fewest samples of a leaf.</param>
/// <param name="seed">The chance of the tree.</param>
internal abstract class TreeGrowth(float[][] columns, int count, int tried, int minLeaf, ulong seed)
{
    private readonly int[] _order = [.. Enumerable.Range(0, columns.Length)];
    private SplitMix64 _random = new(seed);

    /// <summary>Gets the number of samples.</summary>
    public int Count => Samples.Length;

    /// <summary>Gets the samples in the order of the nodes.</summary>
    protected int[] Samples { get; } = [.. Enumerable.Range(0, count)];

    /// <summary>Gets the fewest samples of a leaf.</summary>
    protected int MinLeaf => minLeaf;

    /// <summary>Returns the values of a leaf.</summary>
    public abstract IEnumerable<double> Leaf(int from, int to);

    /// <summary>Splits the samples of a node in two by the best of some features, each cut at a random place; nothing where it is a leaf.</summary>
    public (int Feature, float Threshold, int Middle)? Split(int from, int to)
    {
        if (to - from < 2 * minLeaf || IsAlike(from, to))
        {
            return null;
        }

        (int best, float threshold, double most) = (-1, 0, double.NegativeInfinity);
        int left = tried;

        // Features in random order, until enough of them have been found to differ.
        for (int i = 0; i < _order.Length && left > 0; i++)
        {
            int other = i + (int)_random.Below((ulong)(_order.Length - i));
            (_order[i], _order[other]) = (_order[other], _order[i]);
            float[] column = columns[_order[i]];
            (float least, float largest) = Range(column, from, to);
            if (!(largest > least))
            {
                continue;
            }

            left--;
            float at = (float)(least + ((largest - least) * _random.NextUniform()));
            at = at < largest ? at : least;
            if (Score(column, at, from, to) is { } score && score > most)
            {
                (best, threshold, most) = (_order[i], at, score);
            }
        }

        return best < 0 ? null : (best, threshold, Partition(columns[best], threshold, from, to));
    }

    /// <summary>Returns whether all samples of a node have the same target; otherwise <see cref="Score"/> is called for the node next.</summary>
    protected abstract bool IsAlike(int from, int to);

    /// <summary>Scores a cut of a node: the higher, the more alike are the targets on each side.</summary>
    /// <returns><see langword="null"/> where a side has fewer samples than a leaf.</returns>
    protected abstract double? Score(float[] column, float threshold, int from, int to);

    private (float Least, float Largest) Range(float[] column, int from, int to)
    {
        (float least, float largest) = (float.PositiveInfinity, float.NegativeInfinity);
        for (int i = from; i < to; i++)
        {
            float value = column[Samples[i]];
            least = value < least ? value : least;
            largest = value > largest ? value : largest;
        }

        return (least, largest);
    }

    private int Partition(float[] column, float threshold, int from, int to)
    {
        int middle = from;
        for (int i = from; i < to; i++)
        {
            if (column[Samples[i]] <= threshold)
            {
                (Samples[i], Samples[middle]) = (Samples[middle], Samples[i]);
                middle++;
            }
        }

        return middle;
    }
}
