namespace Distillation.Arrow;

/// <summary>What a store on disk keeps, and how.</summary>
public sealed record ArrowStoreOptions
{
    /// <summary>Gets how logits stand on disk.</summary>
    /// <value>The default value is <see cref="OutputRepresentation.DenseFloat32"/>.</value>
    public OutputRepresentation Representation { get; init => field = Require.Present(value); } = OutputRepresentation.DenseFloat32;

    /// <summary>
    /// Gets the inner layers that are kept beside the logits: in float32 with <see cref="OutputRepresentation.DenseFloat32"/>, in float16 with the others.
    /// </summary>
    /// <value>The default value is <see cref="FeatureSet.None"/>.</value>
    public FeatureSet Layers { get; init => field = Require.Present(value); } = FeatureSet.None;

    /// <summary>
    /// Gets after how many samples the outputs are written to the disk: a process that is killed loses fewer than these. Each time makes a file, of at least a
    /// kilobyte.
    /// </summary>
    /// <value>Positive. The default value is 10 000.</value>
    public int RowsPerFlush { get; init => field = Require.Positive(value); } = 10_000;

    /// <summary>
    /// Gets after what time the outputs are written to the disk, looked at whenever outputs come: a process that is killed loses the work of no longer time,
    /// and the batch that the teacher was at.
    /// </summary>
    /// <value>Zero, to write the outputs of each batch at once, or positive. The default value is one minute.</value>
    public TimeSpan FlushInterval
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(FlushInterval)} must be zero or positive, but is {value}.");
    } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets how many samples a record batch of a file has at most. Programs that read a batch at a time need that much memory; each batch costs about a
    /// kilobyte.
    /// </summary>
    /// <value>Positive. The default value is 4096.</value>
    public int RowsPerBatch { get; init => field = Require.Positive(value); } = 4096;
}
