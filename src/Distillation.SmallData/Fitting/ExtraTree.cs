namespace Distillation.SmallData;

/// <summary>One extremely randomized tree, in flat arrays: node 0 is the root, leaves have the values of their samples.</summary>
internal sealed class ExtraTree
{
    private readonly List<int> _features = [];
    private readonly List<float> _thresholds = [];
    private readonly List<int> _children = [];
    private readonly List<double> _leaves = [];

    private ExtraTree()
    {
    }

    /// <summary>Grows a tree to its end.</summary>
    public static ExtraTree Grow(TreeGrowth growth)
    {
        var tree = new ExtraTree();
        var waiting = new Stack<(int Node, int From, int To)>();
        tree.AddNode();
        waiting.Push((0, 0, growth.Count));
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
                tree._leaves.AddRange(growth.Leaf(next.From, next.To));
            }
        }

        return tree;
    }

    /// <summary>Adds the values of the leaf in which a sample ends.</summary>
    public void AddTo(Span<double> sums, ReadOnlySpan<float> sample)
    {
        int node = 0;
        while (_features[node] >= 0)
        {
            node = sample[_features[node]] <= _thresholds[node] ? _children[node] : _children[node] + 1;
        }

        int leaf = _children[node];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += _leaves[leaf + i];
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
