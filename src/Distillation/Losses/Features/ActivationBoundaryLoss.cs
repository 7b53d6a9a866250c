namespace Distillation.Losses;

/// <summary>
/// Activation boundaries: a neuron of the student is active where the teacher's is, by a margin; how much does not count (AB; Heo et al., AAAI 2019).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σ [t ≤ 0] max(0, s + m)² + [t &gt; 0] max(0, m − s)²</c> over all elements of layers of one shape, [N, ...], taken before the activation; m is the
/// margin. The sum over elements, the mean over samples, as in torchdistill. RepDistiller multiplies by 3/1000 besides.
/// </para>
/// <para>
/// The authors and RepDistiller sum over several layers, the last with weight 1, the one before it ½, and so on, and train the student by this alone before the
/// labels come in: <c>0.003 * (0.5 * new ActivationBoundaryLoss("layer2", "layer2") + new ActivationBoundaryLoss("layer3", "layer3"))</c>.
/// </para>
/// </remarks>
public sealed class ActivationBoundaryLoss : FeatureLoss
{
    private readonly double _margin;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, before its activation.</param>
    /// <param name="teacher">The teacher's layer, before its activation.</param>
    /// <param name="margin">How far from the boundary a neuron is to be; positive.</param>
    /// <param name="connector">
    /// What brings the student's layer to the teacher's shape, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    public ActivationBoundaryLoss(Feature student, Feature teacher, double margin = 1, Connector? connector = null)
        : base(student, teacher, connector) => _margin = Require.Positive(margin);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), ("Margin", _margin)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        Tensor wrong = torch.where(teacher.Gt(0), student.RSub(_margin), student.Add(_margin)).relu();
        return wrong.Square().sum().Div(student.size(0));
    }
}
