using System.Runtime.InteropServices;

namespace Distillation.Losses;

/// <summary>
/// A loss that is a mean over rows of logits: samples, tokens or pixels. Derive from it to write one for a single shape, [R, C], and have it for all.
/// </summary>
/// <remarks>
/// <para>Logits are [N, C]; sequences [N, T, C], with labels and mask [N, T]; or dense predictions [N, C, H, W], with labels and mask [N, H, W].</para>
/// <para>
/// Rows that the mask of a <see cref="MaskedBatch"/> or <see cref="IgnoredLabel"/> rules out do not count: the mean is over the others, and 0 where there are
/// none. What stands in them, NaN and infinities included, has no part in a value or a gradient. A mask [N, T] beside logits [N, C] is that of padded inputs,
/// and all rows count.
/// </para>
/// <para>
/// A logit of −∞ rules its class out. Where both models rule it out, the loss is that of the other classes; where the teacher alone does, its probability is 0.
/// Where the formula is infinite, because the student rules out what the target gives a probability, or because the loss divides by the teacher's, the value is
/// +∞.
/// </para>
/// <para>Before a run the loss is computed once of the first batch, without gradients, so that what does not fit is refused before anything is trained.</para>
/// </remarks>
public abstract class RowLoss : IDistillationLoss
{
    private readonly RowClosedForm _closedForm;

    /// <summary>Creates the loss.</summary>
    protected RowLoss() => _closedForm = new RowClosedForm(this);

    /// <inheritdoc/>
    /// <value>The default is the name of the type without "Loss".</value>
    public virtual string Name => TypeName.Without("Loss", GetType());

    /// <summary>Gets the class id that marks a row that does not count.</summary>
    /// <value>Any number, often −100, or <see langword="null"/>: labels rule nothing out. The default value is <see langword="null"/>.</value>
    public long? IgnoredLabel { get; init; }

    /// <summary>Gets the gradient of each row in closed form.</summary>
    /// <value>The default value is <see langword="null"/>: the gradient comes from the graph.</value>
    public virtual IRowGradient? RowGradient => null;

    /// <inheritdoc/>
    public virtual RequiredFeatures Features => RequiredFeatures.None;

    /// <inheritdoc/>
    public virtual torch.nn.Module? Module => null;

    /// <inheritdoc/>
    public IClosedFormGradient? ClosedForm => RowGradient is null ? null : _closedForm;

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [(nameof(IgnoredLabel), IgnoredLabel)];

    /// <inheritdoc/>
    public virtual bool ComparesSamples => false;

    /// <summary>Gets whether the loss is of the classes of a row among each other, so that of a single one it is a constant.</summary>
    internal virtual bool ComparesClasses => false;

    /// <summary>Gets whether the loss reads nothing of a batch but its rows. A loss of other code may read the samples too.</summary>
    internal virtual bool ReadsRowsAlone => GetType().Assembly == typeof(RowLoss).Assembly;

    /// <summary>Measures each row.</summary>
    /// <param name="rows">The logits.</param>
    /// <returns>The losses, [R], differentiable in the student's logits.</returns>
    public abstract Tensor ComputeRows(LogitRows rows);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The shapes of logits, labels and mask do not fit, or a label is out of range.</exception>
    public Tensor Compute(DistillationContext context) => Measure(LogitRows.Of(Require.Present(context), IgnoredLabel));

    /// <inheritdoc/>
    /// <returns>
    /// The number of rows that count, or <see langword="null"/> where neither a mask nor an ignored label can rule one out: the number of samples.
    /// </returns>
    public virtual Tensor? GetWeight(Batch batch, ModelOutput student) => RowWeights.Of(batch, student, IgnoredLabel);

    /// <inheritdoc/>
    public virtual ITeacher? CreatePredictor(IStudent student) => null;

    /// <inheritdoc/>
    public virtual void Prepare(DistillationContext sample)
    {
    }

    /// <summary>Measures a batch to see whether student, teacher and labels fit.</summary>
    /// <returns>What the labels must be, if they are read as class ids.</returns>
    internal ClassIds? Try(DistillationContext sample)
    {
        LogitRows rows = LogitRows.Of(sample, IgnoredLabel);
        _ = Measure(rows);
        return rows.ClassIds;
    }

    private void RequireClasses(LogitRows rows)
    {
        if (ComparesClasses && rows.Classes < 2)
        {
            throw new InvalidOperationException(
                $"{((IDistillationLoss)this).Name} compares the classes of each row, "
                + $"and of the student's one output, {Shapes.Of(rows.Student)}, it learns nothing. "
                + $"Use {nameof(BinaryLabelLoss)} or {nameof(BinarySoftTargetLoss)} for the logit of a probability, {nameof(TargetMseLoss)} "
                + $"or {nameof(LogitMseLoss)} for a regression, or a student with two outputs.");
        }
    }

    private Tensor Measure(LogitRows rows)
    {
        RequireClasses(rows);
        try
        {
            return rows.Mean(ComputeRows(rows));
        }
        catch (ExternalException native) when (rows.ExplainLabels(native) is { } explained)
        {
            throw explained;
        }
    }

    private sealed class RowClosedForm(RowLoss loss) : IClosedFormGradient
    {
        public LossGradient Compute(DistillationContext context)
        {
            LogitRows rows = LogitRows.Of(context, loss.IgnoredLabel);
            loss.RequireClasses(rows);
            try
            {
                RowLossGradient gradient = loss.RowGradient!.Compute(rows);
                return new(rows.Mean(gradient.Values), rows.Restore(rows.Weigh(gradient.AtLogits)));
            }
            catch (ExternalException native) when (rows.ExplainLabels(native) is { } explained)
            {
                throw explained;
            }
        }
    }
}
