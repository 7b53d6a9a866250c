namespace Distillation.Compression.Channels;

/// <summary>Removes sets of channels from the layers of a network, and can undo it until it is disposed.</summary>
internal sealed class ChannelCut : IDisposable
{
    private readonly List<(ChannelLayer Layer, LayerWeights Former)> _cut = [];

    /// <summary>Cuts the layers.</summary>
    /// <param name="layers">The layers of the network.</param>
    /// <param name="removed">What goes; each layer keeps a channel at least.</param>
    public ChannelCut(IReadOnlyList<ChannelLayer> layers, IEnumerable<ChannelSet> removed)
    {
        foreach (IGrouping<int, ChannelMember> members in removed.SelectMany(set => set.Members).GroupBy(member => member.Layer))
        {
            ChannelLayer layer = layers[members.Key];
            using Tensor? inputs = Kept(layer.Inputs, members.Where(member => !member.IsOutput));
            using Tensor? outputs = Kept(layer.Outputs, members.Where(member => member.IsOutput));
            _cut.Add((layer, layer.Weights.Clone()));
            layer.Cut(inputs, outputs);
        }
    }

    /// <summary>Brings back the layers as they were, with parameters of the same values.</summary>
    public void Undo() => _cut.ForEach(cut => cut.Layer.Set(cut.Former));

    public void Dispose() => _cut.ForEach(cut => cut.Former.Dispose());

    private static Tensor? Kept(int count, IEnumerable<ChannelMember> removed)
    {
        HashSet<int> gone = [.. removed.Select(member => member.Channel)];
        return gone.Count == 0
            ? null
            : torch.tensor([.. Enumerable.Range(0, count).Where(channel => !gone.Contains(channel)).Select(channel => (long)channel)]);
    }
}
