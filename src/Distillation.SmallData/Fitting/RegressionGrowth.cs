namespace Distillation.SmallData;

/// <summary>Grows a tree for numbers: leaves have the means of the targets, and cuts are scored by the variance within both sides.</summary>
internal sealed class RegressionGrowth(float[][] columns, double[][] targets, int tried, int minLeaf, ulong seed)
    : TreeGrowth(columns, targets.Length, tried, minLeaf, seed)
{
    private readonly double[] _whole = new double[targets[0].Length];
    private readonly double[] _left = new double[targets[0].Length];

    public override IEnumerable<double> Leaf(int from, int to)
    {
        Sum(from, to);
        return _whole.Select(sum => sum / (to - from));
    }

    protected override bool IsAlike(int from, int to)
    {
        double[] first = targets[Samples[from]];
        for (int i = from + 1; i < to; i++)
        {
            if (!targets[Samples[i]].AsSpan().SequenceEqual(first))
            {
                Sum(from, to);
                return false;
            }
        }

        return true;
    }

    // Σ (sum of a target)² / n over both sides: the larger, the smaller the variance within them.
    protected override double? Score(float[] column, float threshold, int from, int to)
    {
        Array.Clear(_left);
        int count = 0;
        for (int i = from; i < to; i++)
        {
            int sample = Samples[i];
            if (column[sample] <= threshold)
            {
                Add(_left, targets[sample]);
                count++;
            }
        }

        int rest = to - from - count;
        if (count < MinLeaf || rest < MinLeaf)
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

    private static void Add(double[] sums, double[] values)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += values[i];
        }
    }

    private void Sum(int from, int to)
    {
        Array.Clear(_whole);
        for (int i = from; i < to; i++)
        {
            Add(_whole, targets[Samples[i]]);
        }
    }
}
