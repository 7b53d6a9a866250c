namespace Distillation.Compression;

/// <summary>How many channels go, and which.</summary>
public sealed record ChannelPruningOptions
{
    /// <summary>Gets the share of channels to keep.</summary>
    /// <value>In (0, 1]; 0.5 leaves about a quarter of the weights of layers within the network. The default is 0.5.</value>
    public double Keep { get; init => field = Require.Positive(Require.InRange(value, 0, 1), nameof(value)); } = 0.5;

    /// <summary>
    /// Gets whether all layers are pruned together: the least important channels of the network go, from wherever they are. Otherwise each layer keeps the
    /// share.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IsGlobal { get; init; }

    /// <summary>Gets the number whose multiples layers keep, rounded up; hardware computes some widths faster.</summary>
    /// <value>Positive. The default is 1; 8 is usual.</value>
    public int ChannelMultiple { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the smallest number of channels that a layer keeps.</summary>
    /// <value>Positive. The default is 1.</value>
    public int MinChannels { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets what tells important channels from others.</summary>
    /// <value>The default is <see cref="ChannelImportance.Magnitude"/>.</value>
    public ChannelImportance Importance { get; init => field = Require.Present(value); } = ChannelImportance.Magnitude;

    /// <summary>Gets the layers whose outputs keep all channels, by path; <c>*</c> stands for any characters and <c>?</c> for one.</summary>
    /// <value>The default is none. Layers whose outputs the network outputs keep theirs in any case.</value>
    public IReadOnlyList<string> Excluded { get; init => field = [.. Require.Present(value)]; } = [];
}
