namespace Distillation.Compression.Channels;

/// <summary>A channel of a layer: of its output, or of its input. Of a channelwise layer both are the output.</summary>
internal readonly record struct ChannelMember(int Layer, bool IsOutput, int Channel);
