namespace Distillation.SmallData;

/// <summary>One extremely randomized tree for classes, in flat arrays: node 0 is the root, leaves have probabilities.</summary>
internal sealed class ExtraTree
{
    private readonly List<int> _features = [];
    private readonly List<float> _thresholds = [];
    private readonly List<int> _children = [];
    private readonly List<float> _leaves = [];

    private ExtraTree()
    {
    }

    /// <summary>Grows a tree.</summary>
    /// <param name="columns">The features, each with a value for each sample.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="tried">How many features that differ in a node are tried there.</param>
    /// <param name="minLeaf">The fewest samples of a leaf.</param>
    /// <param name="seed">The chance of the tree.</param>
    public static ExtraTree Grow(float[][] columns, int[] labels, int classes, int tried, int minLeaf, ulong seed)
    {
        var tree = new ExtraTree();
        var growth = new Growth(columns, labels, classes, tried, minLeaf, seed);
        var waiting = new Stack<(int Node, int From, int To)>();
        tree.AddNode();
        waiting.Push((0, 0, labels.Length));
        while (waiting.TryPop(out (int Node, int From, int To) next))
        {
            if (growth.Split(next.From, next.To) is { } split)
            {
                tree._features[next.Node] = split.Feature;
                tree._thresholds[next.Node] = split.Threshold;
                int left = tree.AddNode();
                tree._children[next.Node] = left;
                int right = tree.AddNode();
                waiting.Push((right, split.Middle, next.To));
                waiting.Push((left, next.From, split.Middle));
            }
            else
            {
                tree._children[next.Node] = tree._leaves.Count;
                tree._leaves.AddRange(growth.Shares(next.From, next.To));
            }
        }

        return tree;
    }

    /// <summary>Adds the probabilities of the leaf in which a sample ends.</summary>
    public void AddTo(Span<double> sums, ReadOnlySpan<float> sample)
    {
        int node = 0;
        while (_features[node] >= 0)
        {
            node = sample[_features[node]] <= _thresholds[node] ? _children[node] : _children[node] + 1;
        }

        int leaf = _children[node];
        for (int label = 0; label < sums.Length; label++)
        {
            sums[label] += _leaves[leaf + label];
        }
    }

    private int AddNode()
    {
        _features.Add(-1);
        _thresholds.Add(0);
        _children.Add(0);
        return _features.Count - 1;
    }

    /// <summary>The samples of a tree while it grows; those of a node are next to each other.</summary>
    private sealed class Growth
    {
        private readonly float[][] _columns;
        private readonly int[] _labels;
        private readonly int _tried;
        private readonly int _minLeaf;
        private readonly int[] _samples;
        private readonly int[] _order;
        private readonly int[] _whole;
        private readonly int[] _left;
        private SplitMix64 _random;

        public Growth(float[][] columns, int[] labels, int classes, int tried, int minLeaf, ulong seed)
        {
            _columns = columns;
            _labels = labels;
            _tried = tried;
            _minLeaf = minLeaf;
            _samples = [.. Enumerable.Range(0, labels.Length)];
            _order = [.. Enumerable.Range(0, columns.Length)];
            _whole = new int[classes];
            _left = new int[classes];
            _random = new SplitMix64(seed);
        }

        public IEnumerable<float> Shares(int from, int to)
        {
            Count(from, to);
            return _whole.Select(count => (float)count / (to - from));
        }

        /// <summary>Splits the samples of a node in two by the best of some features, each cut at a random place; nothing where it is a leaf.</summary>
        public (int Feature, float Threshold, int Middle)? Split(int from, int to)
        {
            Count(from, to);
            if (to - from < 2 * _minLeaf || _whole.Max() == to - from)
            {
                return null;
            }

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
                if (Purity(column, at, from, to) is { } purity && purity > most)
                {
                    (best, threshold, most) = (_order[i], at, purity);
                }
            }

            return best < 0 ? null : (best, threshold, Partition(_columns[best], threshold, from, to));
        }

        private void Count(int from, int to)
        {
            Array.Clear(_whole);
            for (int i = from; i < to; i++)
            {
                _whole[_labels[_samples[i]]]++;
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

        // Σ n_c² / n over both sides: the larger, the smaller the Gini impurity.
        private double? Purity(float[] column, float threshold, int from, int to)
        {
            Array.Clear(_left);
            int count = 0;
            for (int i = from; i < to; i++)
            {
                int sample = _samples[i];
                if (column[sample] <= threshold)
                {
                    _left[_labels[sample]]++;
                    count++;
                }
            }

            int rest = to - from - count;
            if (count < _minLeaf || rest < _minLeaf)
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
}
