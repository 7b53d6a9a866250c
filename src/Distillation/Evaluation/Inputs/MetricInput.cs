namespace Distillation.Evaluation;

/// <summary>The output of a model for one batch beside its labels, in the forms in which metrics read them.</summary>
/// <remarks>
/// <para>
/// Each form is made once and shared by all metrics. Rows that a <see cref="MaskedBatch"/> or the ignored label rules out are in none of them. A form that does
/// not fit the output and the labels is refused with the shapes.
/// </para>
/// <para>All tensors belong to the dispose scope in which the form is read first.</para>
/// </remarks>
public sealed class MetricInput
{
    /// <summary>Puts an output beside its batch.</summary>
    /// <param name="output">The output of the model: logits [N, C], [N, T, C], [N, C, H, W], predictions [N] or [N, D], embeddings [N, D].</param>
    /// <param name="batch">The batch, with labels.</param>
    /// <param name="ignoredLabel">The class id of rows that do not count. The default is none: every id must be a class.</param>
    /// <exception cref="ArgumentException">The batch has no labels, or not as many samples as the output.</exception>
    public MetricInput(Tensor output, Batch batch, long? ignoredLabel = null)
        : this(output, batch, RequireLabels(batch), ignoredLabel, labelsAreOutputs: false)
    {
    }

    /// <summary>Puts an output beside other labels than those of the batch, such as the outputs of another model.</summary>
    internal MetricInput(Tensor output, Batch batch, Tensor labels, long? ignoredLabel, bool labelsAreOutputs)
    {
        Output = Require.Present(output);
        Batch = batch;
        Labels = labels;
        IgnoredLabel = ignoredLabel;
        LabelsAreOutputs = labelsAreOutputs;
        if (output.dim() == 0 || output.size(0) != batch.Count)
        {
            throw new ArgumentException(
                $"The output must have one entry for each of the {batch.Count} samples of the batch, but is {Shapes.Of(output)}.", nameof(output));
        }
    }

    /// <summary>Gets the output of the model, as it is.</summary>
    public Tensor Output { get; }

    /// <summary>Gets the batch, as it is.</summary>
    public Batch Batch { get; }

    /// <summary>Gets the class id of rows that do not count; <see langword="null"/> where every id must be a class.</summary>
    public long? IgnoredLabel { get; }

    /// <summary>Gets logits and class ids as rows: one a sample, a token or a pixel.</summary>
    /// <exception cref="ArgumentException">
    /// The labels do not fit the logits, an id is out of range, or numbers that should be probabilities are none.
    /// </exception>
    public ClassRows Classes => field ??= ClassRows.Of(this);

    /// <summary>Gets logits and 0 or 1 for each of several labels.</summary>
    /// <exception cref="ArgumentException">The labels are not in the shape of the logits, or one is neither 0 nor 1.</exception>
    public PresenceRows Presence => field ??= PresenceRows.Of(this);

    /// <summary>Gets predictions and targets of a regression.</summary>
    /// <exception cref="ArgumentException">The targets are not in the shape of the predictions, not of a floating type, or not finite.</exception>
    public TargetRows Targets => field ??= TargetRows.Of(this);

    /// <summary>Gets embeddings and class ids.</summary>
    /// <exception cref="ArgumentException">The output is not [N, D], or the labels are no class ids [N].</exception>
    public EmbeddingRows Embeddings => field ??= EmbeddingRows.Of(this);

    /// <summary>Gets the number of rows left out because the model's output there is NaN or infinite; positive only after a form was read.</summary>
    internal long NonFiniteRows { get; set; }

    /// <summary>Gets the number, in its data source, of the first sample with such a row.</summary>
    internal long? FirstNonFinite { get; set; }

    /// <summary>Gets the number of rows that count; <see langword="null"/> before a form was read.</summary>
    internal long? CountedRows { get; set; }

    internal Tensor Labels { get; }

    /// <summary>Gets whether another model's outputs are in the place of labels.</summary>
    internal bool LabelsAreOutputs { get; }

    /// <summary>Returns the labels of a batch.</summary>
    /// <exception cref="ArgumentException">The batch has none.</exception>
    internal static Tensor RequireLabels(Batch batch) => Require.Present(batch).Labels ?? throw new ArgumentException(
        "An evaluation needs labels, but the data has none. Give that data labels, or leave validation out.", nameof(batch));

    /// <summary>Creates the exception for outputs that are not finite.</summary>
    internal static InvalidOperationException NonFinite(long rows, long first, bool comparesModels = false) => new(
        $"The {(comparesModels ? "output of one of the models" : "model's output")} is NaN or infinite in {rows} rows, first for sample {first}. Look at its "
        + "weights, and at the inputs of that sample.");
}
