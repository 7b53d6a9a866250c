namespace Distillation.SmallData;

/// <summary>Grows a tree for classes: leaves have probabilities, and cuts are scored by the Gini impurity.</summary>
internal sealed class ClassGrowth(float[][] columns, int[] labels, int classes, int tried, int minLeaf, ulong seed)
    : TreeGrowth(columns, labels.Length, tried, minLeaf, seed)
{
    private readonly int[] _whole = new int[classes];
    private readonly int[] _left = new int[classes];

    public override IEnumerable<double> Leaf(int from, int to)
    {
        CountLabels(from, to);
        return _whole.Select(count => (double)((float)count / (to - from)));
    }

    protected override bool IsAlike(int from, int to)
    {
        CountLabels(from, to);
        return _whole.Max() == to - from;
    }

    // Σ n_c² / n over both sides: the larger, the smaller the Gini impurity.
    protected override double? Score(float[] column, float threshold, int from, int to)
    {
        Array.Clear(_left);
        int count = 0;
        for (int i = from; i < to; i++)
        {
            int sample = Samples[i];
            if (column[sample] <= threshold)
            {
                _left[labels[sample]]++;
                count++;
            }
        }

        int rest = to - from - count;
        if (count < MinLeaf || rest < MinLeaf)
        {
            return null;
        }

        (double ofLeft, double ofRight) = (0, 0);
        for (int label = 0; label < _left.Length; label++)
        {
            double right = _whole[label] - _left[label];
            ofLeft += (double)_left[label] * _left[label];
            ofRight += right * right;
        }

        return (ofLeft / count) + (ofRight / rest);
    }

    private void CountLabels(int from, int to)
    {
        Array.Clear(_whole);
        for (int i = from; i < to; i++)
        {
            _whole[labels[Samples[i]]]++;
        }
    }
}
