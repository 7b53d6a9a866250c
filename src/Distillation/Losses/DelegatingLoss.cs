namespace Distillation.Losses;

/// <summary>
/// A loss that changes the input or the value of another loss. It has the layers and the parameters of the other; its gradient comes from the graph.
/// </summary>
/// <param name="inner">The loss that is wrapped.</param>
public abstract class DelegatingLoss(IDistillationLoss inner) : IDistillationLoss
{
    /// <inheritdoc/>
    /// <value>The default is the name of the type without "Loss".</value>
    public virtual string Name => TypeName.Without("Loss", GetType());

    /// <inheritdoc/>
    public virtual RequiredFeatures Features => Inner.Features;

    /// <inheritdoc/>
    public virtual torch.nn.Module? Module => Inner.Module;

    /// <inheritdoc/>
    public virtual bool ComparesSamples => Inner.ComparesSamples;

    bool IDistillationLoss.NeedsOverlap => Inner.NeedsOverlap;

    /// <summary>Gets the loss that is wrapped.</summary>
    protected IDistillationLoss Inner { get; } = Require.Present(inner);

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Inner), Inner)];

    /// <inheritdoc/>
    public abstract Tensor Compute(DistillationContext context);

    /// <inheritdoc/>
    public virtual Tensor? GetWeight(Batch batch, ModelOutput student) => Inner.GetWeight(batch, student);

    /// <inheritdoc/>
    public virtual ITeacher? CreatePredictor(IStudent student) => Inner.CreatePredictor(student);

    /// <inheritdoc/>
    public virtual void Prepare(DistillationContext sample) => Inner.Prepare(sample);
}
