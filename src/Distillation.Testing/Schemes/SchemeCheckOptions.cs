namespace Distillation.Testing;

/// <summary>How a training scheme is checked.</summary>
public sealed record SchemeCheckOptions
{
    /// <summary>Gets the options of the runs. Checks set the checkpoints, the micro-batches and the reports themselves.</summary>
    /// <value>The default value is eight updates of eight samples, by SGD with a learning rate of 0.05.</value>
    public TrainerOptions Training { get; init => field = Require.Present(value); } =
        new() { Steps = 8, BatchSize = 8, Optimizer = new SgdOptimizer(0.05) };

    /// <summary>Gets whether micro-batches must give the update of the whole batch.</summary>
    /// <value>
    /// The default value is <see langword="true"/>. Batch normalization, dropout and learners with optimizers such as Adam need <see langword="false"/>.
    /// </value>
    public bool ChecksMicroBatches { get; init; } = true;

    /// <summary>Gets how far the update of micro-batches may be from that of the whole batch, relative to its largest number.</summary>
    /// <value>Positive. The default value is 1e-3: weights are float32, and an update is small beside them.</value>
    public double MicroBatchTolerance { get; init => field = Require.Positive(value); } = 1e-3;

    /// <summary>Gets the seed of libtorch's generator when a scheme is created.</summary>
    /// <value>Zero or positive. The default value is 1. The seed of the runs is that of <see cref="Training"/>.</value>
    public int Seed { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the checks to skip: their names, each with the reason, which <see cref="Check.SkipReason"/> has.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyDictionary<string, string> Skip { get; init => field = Require.Present(value); } = new Dictionary<string, string>();
}
