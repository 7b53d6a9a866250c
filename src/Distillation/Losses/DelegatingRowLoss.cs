namespace Distillation.Losses;

/// <summary>
/// A loss on rows that changes the input or the value of another loss on rows. It has the layers and the parameters of the other, and leaves out the label that
/// the other leaves out.
/// </summary>
public abstract class DelegatingRowLoss : RowLoss
{
    /// <summary>Wraps a loss.</summary>
    /// <param name="inner">The loss that is wrapped.</param>
    protected DelegatingRowLoss(RowLoss inner)
    {
        Inner = Require.Present(inner);
        IgnoredLabel = inner.IgnoredLabel;
    }

    /// <inheritdoc/>
    public override RequiredFeatures Features => Inner.Features;

    /// <inheritdoc/>
    public override torch.nn.Module? Module => Inner.Module;

    /// <inheritdoc/>
    public override bool ComparesSamples => Inner.ComparesSamples;

    internal override bool ComparesClasses => Inner.ComparesClasses;

    internal override bool ReadsRowsAlone => base.ReadsRowsAlone && Inner.ReadsRowsAlone;

    /// <summary>Gets the loss that is wrapped.</summary>
    protected RowLoss Inner { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Inner), Inner)];

    /// <inheritdoc/>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => Inner.GetWeight(batch, student);

    /// <inheritdoc/>
    public override ITeacher? CreatePredictor(IStudent student) => Inner.CreatePredictor(student);

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample) => Inner.Prepare(sample);
}
