using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The mean of several linear maps of the channels, each with a ReLU and weights of its own (Chen et al., 2022): [N, D_s] to [N, D_t], [N, T, D_s] to [N, T,
/// D_t], or, as 1×1 convolutions, [N, C_s, H, W] to [N, C_t, H, W].
/// </summary>
public sealed class ProjectorEnsembleConnector : Connector
{
    /// <summary>Gets the number of maps.</summary>
    /// <value>Positive. The default value is 3.</value>
    public int Count { get; init => field = Require.Positive(value); } = 3;

    /// <summary>Gets whether each map ends with a ReLU.</summary>
    /// <value>The default value is <see langword="true"/>. Without it the maps are one linear map, started from a mean.</value>
    public bool Rectified { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Count), Count), (nameof(Rectified), Rectified)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        (long from, long to) = (ChannelMap.Channels(Require.Present(student)), ChannelMap.Channels(Require.Present(teacher)));
        return new Ensemble([.. Enumerable.Range(0, Count).Select(_ => ChannelMap.Of(student, from, to))], Rectified);
    }

    private sealed class Ensemble : Module<Tensor, Tensor>
    {
        private readonly bool _rectified;

        public Ensemble(Module<Tensor, Tensor>[] projectors, bool rectified)
            : base(nameof(Ensemble))
        {
            _rectified = rectified;
            for (int i = 0; i < projectors.Length; i++)
            {
                register_module($"{i}", projectors[i]);
            }
        }

        public override Tensor forward(Tensor input)
        {
            IEnumerable<Tensor> projected = children().Cast<Module<Tensor, Tensor>>().Select(projector => projector.call(input));
            return torch.stack([.. _rectified ? projected.Select(one => one.relu()) : projected]).mean([0]);
        }
    }
}
