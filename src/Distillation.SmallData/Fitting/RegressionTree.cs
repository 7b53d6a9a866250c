namespace Distillation.SmallData;

/// <summary>One extremely randomized tree for numbers, in flat arrays: node 0 is the root, leaves have the means of the targets of their samples.</summary>
internal sealed class RegressionTree
{
    private readonly List<int> _features = [];
    private readonly List<float> _thresholds = [];
    private readonly List<int> _children = [];
    private readonly List<double> _leaves = [];

    private RegressionTree()
    {
    }

    /// <summary>Grows a tree.</summary>
    /// <param name="columns">The features, each with a value for each sample.</param>
    /// <param name="targets">The targets of each sample.</param>
    /// <param name="tried">How many features that differ in a node are tried there.</param>
    /// <param name="minLeaf">The fewest samples of a leaf.</param>
    /// <param name="seed">The chance of the tree.</param>
    public static RegressionTree Grow(float[][] columns, double[][] targets, int tried, int minLeaf, ulong seed)
    {
        var tree = new RegressionTree();
        var growth = new RegressionGrowth(columns, targets, tried, minLeaf, seed);
        var waiting = new Stack<(int Node, int From, int To)>();
        tree.AddNode();
        waiting.Push((0, 0, targets.Length));
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
                tree._leaves.AddRange(growth.Means(next.From, next.To));
            }
        }

        return tree;
    }

    /// <summary>Adds the means of the leaf in which a sample ends.</summary>
    public void AddTo(Span<double> sums, ReadOnlySpan<float> sample)
    {
        int node = 0;
        while (_features[node] >= 0)
        {
            node = sample[_features[node]] <= _thresholds[node] ? _children[node] : _children[node] + 1;
        }

        int leaf = _children[node];
        for (int target = 0; target < sums.Length; target++)
        {
            sums[target] += _leaves[leaf + target];
        }
    }

    private int AddNode()
    {
        _features.Add(-1);
        _thresholds.Add(0);
        _children.Add(0);
        return _features.Count - 1;
    }
}
