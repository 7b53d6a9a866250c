namespace Distillation.Compression.Channels;

/// <summary>Channels of all layers in disjoint sets: those of a set exist together or not at all.</summary>
internal sealed class ChannelSets
{
    private readonly IReadOnlyList<ChannelLayer> _layers;
    private readonly int[] _firstInputs;
    private readonly int[] _firstOutputs;
    private readonly int[] _parents;
    private readonly ChannelMember[] _members;
    private readonly HashSet<int> _visible = [];

    public ChannelSets(IReadOnlyList<ChannelLayer> layers)
    {
        _layers = layers;
        _firstInputs = new int[layers.Count];
        _firstOutputs = new int[layers.Count];
        var members = new List<ChannelMember>();
        foreach ((int number, ChannelLayer layer) in layers.Index())
        {
            _firstOutputs[number] = members.Count;
            members.AddRange(Enumerable.Range(0, layer.Outputs).Select(channel => new ChannelMember(number, IsOutput: true, channel)));
            _firstInputs[number] = layer.IsChannelwise ? _firstOutputs[number] : members.Count;
            if (!layer.IsChannelwise)
            {
                members.AddRange(Enumerable.Range(0, layer.Inputs).Select(channel => new ChannelMember(number, IsOutput: false, channel)));
            }
        }

        _members = [.. members];
        _parents = [.. Enumerable.Range(0, members.Count)];
    }

    /// <summary>Joins an output channel of a layer and an input channel that it reaches.</summary>
    public void Join(int layer, int output, int reached, int input)
    {
        int first = Root(_firstOutputs[layer] + output);
        int second = Root(_firstInputs[reached] + input);
        _parents[Math.Max(first, second)] = Math.Min(first, second);
    }

    /// <summary>Notes that an output channel of a layer reaches the output of the network.</summary>
    public void MarkVisible(int layer, int output) => _visible.Add(_firstOutputs[layer] + output);

    /// <summary>Returns the sets that lie within the network and whose channels some layer makes, by their shape.</summary>
    public IReadOnlyList<ChannelGroup> Groups()
    {
        HashSet<int> visible = [.. _visible.Select(Root)];
        return
        [
            .. Enumerable.Range(0, _members.Length)
                .GroupBy(Root)
                .Where(set => !visible.Contains(set.Key))
                .Select(set => set.Select(node => _members[node]).ToArray())
                .Where(members => members.Any(IsMade))
                .GroupBy(ShapeOf)
                .Select(group => new ChannelGroup([.. group.Select(members => new ChannelSet(members))])),
        ];
    }

    private bool IsMade(ChannelMember member) => member.IsOutput && !_layers[member.Layer].IsChannelwise;

    // Sets are alike where they have as many channels of the same layers.
    private static string ShapeOf(ChannelMember[] members) =>
        string.Join(' ', members.CountBy(member => (member.Layer, member.IsOutput)).OrderBy(count => count.Key).Select(count => $"{count.Key}{count.Value}"));

    private int Root(int node)
    {
        while (_parents[node] != node)
        {
            _parents[node] = _parents[_parents[node]];
            node = _parents[node];
        }

        return node;
    }
}
