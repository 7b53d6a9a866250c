namespace Distillation;

/// <summary>How a run goes. Every value is checked where it is written.</summary>
public sealed record TrainerOptions
{
    /// <summary>Gets how often the run passes over the data.</summary>
    /// <value>Positive. The default value is 10. It is not used where <see cref="Steps"/> is set.</value>
    public int Epochs { get; init => field = Require.Positive(value); } = 10;

    /// <summary>Gets how many updates the run makes, passing over the data as often as that needs.</summary>
    /// <value>Positive, or <see langword="null"/>: <see cref="Epochs"/> counts. The default value is <see langword="null"/>.</value>
    public long? Steps { get; init => field = value is { } steps ? Require.Positive(steps) : null; }

    /// <summary>Gets how many samples make one update.</summary>
    /// <value>Positive. The default value is 64.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>
    /// Gets how many samples go through the models at once; fewer need less memory and give the same update: each micro-batch counts by its part of what a term
    /// of the loss takes the mean over.
    /// </summary>
    /// <value>
    /// Positive, or <see langword="null"/>: the whole batch. The default value is <see langword="null"/>. Batch normalization sees the smaller batches.
    /// </value>
    /// <remarks>
    /// A loss that compares the samples of a batch with each other has no such update, and is refused: see <see cref="CompareWithinMicroBatches"/>.
    /// </remarks>
    public int? MicroBatchSize { get; init => field = value is { } size ? Require.Positive(size) : null; }

    /// <summary>
    /// Gets whether a loss that compares samples with each other (<see cref="IDistillationLoss.ComparesSamples"/>) may compare those of each micro-batch alone.
    /// The update is then another one than that of the whole batch.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: such a loss is refused with <see cref="MicroBatchSize"/>.</value>
    public bool CompareWithinMicroBatches { get; init; }

    /// <summary>Gets in what order an epoch visits the samples.</summary>
    /// <value>The default value is <see cref="SampleOrder.Shuffled"/>.</value>
    public SampleOrder Order { get; init => field = Require.Defined(value); }

    /// <summary>Gets how many neighboring samples make a block of <see cref="SampleOrder.Blocks"/>; sixteen blocks are shuffled together.</summary>
    /// <value>Positive. The default value is 256. It is used with that order alone.</value>
    public int BlockSize { get; init => field = Require.Positive(value); } = 256;

    /// <summary>Gets how many batches a thread of its own reads ahead of the step: the same batches in the same order.</summary>
    /// <value>
    /// Zero or positive. The default value is 0: no thread, each batch is read when it is needed. Reading ahead helps where reading takes long and a core is
    /// free.
    /// </value>
    /// <remarks>
    /// While the run learns, the data is read on that thread alone; it must not share a model or anything else that changes with the step. Where reading draws
    /// from libtorch's global generator, whose numbers the step draws too, the run is not reproducible.
    /// </remarks>
    public int Prefetch { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets what becomes of the samples that do not fill a batch.</summary>
    /// <value>The default value is <see cref="LastBatch.Keep"/>.</value>
    public LastBatch LastBatch { get; init => field = Require.Defined(value); }

    /// <summary>
    /// Gets what changes the inputs of the training data, anew in every epoch: each view is a function of (<see cref="Seed"/>, epoch, sample).
    /// </summary>
    /// <value><see langword="null"/>: the inputs stay as they are. The default value is <see langword="null"/>. Validation data is never changed.</value>
    /// <remarks>
    /// Teacher and students see the same view. A <see cref="Caching.CachedTeacher"/>, which knows one view of a sample alone, is refused. Labels stay as they
    /// are.
    /// </remarks>
    public ISampleTransform? Augmentation { get; init; }

    /// <summary>Gets the number from which every random choice of the run follows: the order of the samples, dropout, the connectors of a loss.</summary>
    /// <value>Any number. The default value is 0. Same seed, same machine, same number of threads: the same bits.</value>
    public int Seed { get; init; }

    /// <summary>Gets what follows the gradient.</summary>
    /// <value>The default value is <see cref="SgdOptimizer"/> with a learning rate of 0.01.</value>
    public IOptimizerStrategy Optimizer { get; init => field = Require.Present(value); } = new SgdOptimizer(0.01);

    /// <summary>Gets what happens to a gradient before, and to the weights after, the optimizer's step.</summary>
    /// <value>The default value is no clipping and no average.</value>
    public UpdateOptions Update { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets what the run does when a loss or a gradient is infinite or not a number.</summary>
    /// <value>The default value is <see cref="NonFinitePolicy.Stop"/>.</value>
    public NonFinitePolicy NonFinite { get; init => field = Require.Present(value); } = new NonFinitePolicy.Stop();

    /// <summary>Gets how many epochs lie between two validations; the last epoch is always validated.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int ValidateEveryEpochs { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets what the outputs of the student and the labels of the validation data mean, and the metrics of a validation.</summary>
    /// <value>
    /// <see langword="null"/>: class ids imply it, with the ignored label of the loss; labels of a floating type imply nothing, and a run with validation is
    /// refused. The default value is <see langword="null"/>.
    /// </value>
    public EvaluationTask? Task { get; init; }

    /// <summary>Gets by what the best validation is chosen, whose weights the student has at the end.</summary>
    /// <value>
    /// Any metric that reads the outputs and labels; <see langword="null"/>: that of <see cref="EarlyStopping"/>, or without it the weights of the last step.
    /// The default value is <see langword="null"/>.
    /// </value>
    public Metric? BestBy { get; init; }

    /// <summary>Gets when the run ends before its last step.</summary>
    /// <value><see langword="null"/>: never. The default value is <see langword="null"/>.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Gets whether the student is first trained alone, on labels, from the same starting weights, and compared with the distilled one.</summary>
    /// <value>
    /// The default value is <see langword="false"/>. It is an option of <see cref="DistillationTrainer"/>, takes as long again, and needs validation data:
    /// <see cref="TrainingResult.Baseline"/>.
    /// </value>
    public bool Baseline { get; init; }

    /// <summary>Gets where and when the run saves what it needs to go on.</summary>
    /// <value><see langword="null"/>: nowhere. The default value is <see langword="null"/>.</value>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Gets how many updates lie between two reports within an epoch. A report waits for the device.</summary>
    /// <value>Positive, or <see langword="null"/>: a report at the end of each epoch alone. The default value is <see langword="null"/>.</value>
    public int? ReportEverySteps { get; init => field = value is { } steps ? Require.Positive(steps) : null; }

    /// <summary>Gets the processes that train together, each on its part of every batch: data-parallel training.</summary>
    /// <value><see langword="null"/>: this process alone. The default value is <see langword="null"/>.</value>
    /// <remarks>
    /// <para>
    /// Each rank runs the same program with the same options, models and data. <see cref="BatchSize"/> is that of all ranks together: rank r computes the
    /// r-th part of each batch, which counts as a micro-batch does, and the sum of the gradients makes the same update on every rank. Up to rounding this is
    /// the update of one process, for any number of ranks; a run may continue from a checkpoint of another number. Every rank reads the whole batch from the
    /// data source, and runs teacher and student on its part alone.
    /// </para>
    /// <para>
    /// Batch normalization sees the samples of its rank alone; before a validation and before a checkpoint its statistics are averaged over the ranks, and the
    /// other buffers become those of rank 0. Dropout draws other numbers on each rank, functions of (seed, step, rank). A loss that compares samples with each
    /// other (<see cref="IDistillationLoss.ComparesSamples"/>) is refused.
    /// </para>
    /// <para>
    /// Validation batches are shared out, and rank 0 computes the metrics; early stopping, cancellation, <see cref="NonFinite"/> and SIGTERM act at the same
    /// step on every rank. Rank 0 logs, reports progress and writes checkpoints, which the others read: the directory must be one for all. The weights of all
    /// ranks are compared before the run, at each checkpoint and at the end, and a difference ends the run with an
    /// <see cref="InvalidOperationException"/>. A rank that fails ends the run on all: the others throw <see cref="RankFailedException"/>.
    /// </para>
    /// </remarks>
    public IRanks? Ranks { get; init; }

    /// <summary>Gets by what the weights are chosen that the student has at the end; <see langword="null"/> for those of the last step.</summary>
    internal Metric? SelectedBy => BestBy ?? (EarlyStopping is { RestoresBest: true } ? EarlyStopping.Metric : null);
}
