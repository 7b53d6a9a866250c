namespace Distillation.Compression.Channels;

/// <summary>Sets with as many channels of the same layers: any number of them but all can go.</summary>
internal sealed record ChannelGroup(IReadOnlyList<ChannelSet> Sets)
{
    /// <summary>Returns the numbers of the layers in which the group has channels.</summary>
    public IEnumerable<int> Layers => Sets[0].Members.Select(member => member.Layer).Distinct();
}
