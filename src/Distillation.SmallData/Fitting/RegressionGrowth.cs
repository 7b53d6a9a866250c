namespace Distillation.SmallData;

/// <summary>The samples of a <see cref="RegressionTree"/> while it grows; those of a node are next to each other.</summary>
internal sealed class RegressionGrowth
{
    private readonly float[][] _columns;
    private readonly double[][] _targets;
    private readonly int _tried;
    private readonly int _minLeaf;
    private readonly int[] _samples;
    private readonly int[] _order;
    private readonly double[] _whole;
    private readonly double[] _left;
    private SplitMix64 _random;

    public RegressionGrowth(float[][] columns, double[][] targets, int tried, int minLeaf, ulong seed)
    {
        _columns = columns;
        _targets = targets;
        _tried = tried;
        _minLeaf = minLeaf;
        _samples = [.. Enumerable.Range(0, targets.Length)];
        _order = [.. Enumerable.Range(0, columns.Length)];
        _whole = new double[targets[0].Length];
        _left = new double[targets[0].Length];
        _random = new SplitMix64(seed);
    }

    public IEnumerable<double> Means(int from, int to)
    {
        Sum(from, to);
        return _whole.Select(sum => sum / (to - from));
    }

    /// <summary>Splits the samples of a node in two by the best of some features, each cut at a random place; nothing where it is a leaf.</summary>
    public (int Feature, float Threshold, int Middle)? Split(int from, int to)
    {
        if (to - from < 2 * _minLeaf || AreAlike(from, to))
        {
            return null;
        }

        Sum(from, to);
        (int best, float threshold, double most) = (-1, 0, double.NegativeInfinity);
        int left = _tried;

        // Features in random order, until enough of them have been found to differ.
        for (int i = 0; i < _order.Length && left > 0; i++)
        {
            int other = i + (int)_random.Below((ulong)(_order.Length - i));
            (_order[i], _order[other]) = (_order[other], _order[i]);
            float[] column = _columns[_order[i]];
            (float least, float largest) = Range(column, from, to);
            if (!(largest > least))
            {
                continue;
            }

            left--;
            float at = (float)(least + ((largest - least) * _random.NextUniform()));
            at = at < largest ? at : least;
            if (Explained(column, at, from, to) is { } explained && explained > most)
            {
                (best, threshold, most) = (_order[i], at, explained);
            }
        }

        return best < 0 ? null : (best, threshold, Partition(_columns[best], threshold, from, to));
    }

    private bool AreAlike(int from, int to)
    {
        double[] first = _targets[_samples[from]];
        for (int i = from + 1; i < to; i++)
        {
            if (!_targets[_samples[i]].AsSpan().SequenceEqual(first))
            {
                return false;
            }
        }

        return true;
    }

    private void Sum(int from, int to)
    {
        Array.Clear(_whole);
        for (int i = from; i < to; i++)
        {
            Add(_whole, _targets[_samples[i]]);
        }
    }

    private static void Add(double[] sums, double[] values)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += values[i];
        }
    }

    private (float Least, float Largest) Range(float[] column, int from, int to)
    {
        (float least, float largest) = (float.PositiveInfinity, float.NegativeInfinity);
        for (int i = from; i < to; i++)
        {
            float value = column[_samples[i]];
            least = value < least ? value : least;
            largest = value > largest ? value : largest;
        }

        return (least, largest);
    }

    // Σ (sum of a target)² / n over both sides: the larger, the smaller the variance within them.
    private double? Explained(float[] column, float threshold, int from, int to)
    {
        Array.Clear(_left);
        int count = 0;
        for (int i = from; i < to; i++)
        {
            int sample = _samples[i];
            if (column[sample] <= threshold)
            {
                Add(_left, _targets[sample]);
                count++;
            }
        }

        int rest = to - from - count;
        if (count < _minLeaf || rest < _minLeaf)
        {
            return null;
        }

        (double ofLeft, double ofRight) = (0, 0);
        for (int target = 0; target < _left.Length; target++)
        {
            double right = _whole[target] - _left[target];
            ofLeft += _left[target] * _left[target];
            ofRight += right * right;
        }

        return (ofLeft / count) + (ofRight / rest);
    }

    private int Partition(float[] column, float threshold, int from, int to)
    {
        int middle = from;
        for (int i = from; i < to; i++)
        {
            if (column[_samples[i]] <= threshold)
            {
                (_samples[i], _samples[middle]) = (_samples[middle], _samples[i]);
                middle++;
            }
        }

        return middle;
    }
}
