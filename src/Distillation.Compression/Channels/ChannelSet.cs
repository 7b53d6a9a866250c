namespace Distillation.Compression.Channels;

/// <summary>Channels that exist together or not at all.</summary>
internal sealed record ChannelSet(IReadOnlyList<ChannelMember> Members);
