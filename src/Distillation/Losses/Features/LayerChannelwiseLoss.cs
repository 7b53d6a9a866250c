namespace Distillation.Losses;

/// <summary>Channel-wise distillation of a layer: each channel of the student is active where the teacher's is (Shu et al., 2021).</summary>
/// <remarks>
/// <c>T²/(N·C) Σₙ Σ_c KL(softmax(t/T) ‖ softmax(c(s)/T))</c>, for the student's layer s, the connector c and the teacher's layer t, [N, C, H, W], with each
/// softmax over the H·W places of one channel; as in the authors' code (norm "channel", divergence "kl"). For logits there is <see cref="ChannelwiseLoss"/>.
/// </remarks>
public sealed class LayerChannelwiseLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">
    /// What brings the student's layer to the teacher's shape, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    /// <param name="temperature">T: how soft the distributions over places are; positive, at any place of the run. The default value is 4.</param>
    public LayerChannelwiseLoss(Feature student, Feature teacher, Connector? connector = null, Schedule? temperature = null)
        : base(student, teacher, connector) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the distributions are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMaps(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        return ChannelDivergence.Of(student, teacher, Loss.At(Temperature, Require.Present(context).Position));
    }
}
