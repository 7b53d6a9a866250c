using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Two linear maps of the channels with a ReLU between them: [N, D_s] to [N, D_t], [N, T, D_s] to [N, T, D_t], or, as 1×1 convolutions, [N, C_s, H, W] to [N,
/// C_t, H, W].
/// </summary>
public sealed class MlpConnector : Connector
{
    /// <summary>Gets the number of channels between the maps.</summary>
    /// <value>Positive, or <see langword="null"/>: as many as the wider of the two layers has. The default value is <see langword="null"/>.</value>
    public long? Hidden { get; init => field = value is { } hidden ? Require.Positive(hidden, nameof(Hidden)) : null; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Hidden), Hidden)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        (long from, long to) = (ChannelMap.Channels(Require.Present(student)), ChannelMap.Channels(Require.Present(teacher)));
        long hidden = Hidden ?? Math.Max(from, to);
        return Sequential(ChannelMap.Of(student, from, hidden), ReLU(), ChannelMap.Of(student, hidden, to));
    }
}
