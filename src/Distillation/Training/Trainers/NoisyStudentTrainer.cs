using Distillation.Checkpoints;
using Distillation.Losses;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains students on labeled and unlabeled samples, the first with a teacher's labels for the unlabeled ones, each other one with those of the student before
/// it. Students see noise, teachers do not.
/// </summary>
/// <remarks>
/// <para>
/// The training data has both kinds of samples, in any order; samples without a label have the class id of <c>unlabeled</c>. The target of a labeled sample is
/// its label, that of another one what the teacher outputs for the sample without noise, as probabilities. The loss reads these targets as the labels of the
/// batch, and the teacher's output as ever.
/// </para>
/// <para>
/// Noise is dropout and the like in the students, which are as large as their teachers or larger, and a view of each sample by <c>noise</c>, another one in
/// every epoch: a function of (seed, epoch, sample). The run of the k-th student, from 0, has the seed of the options plus k. A first teacher may be cached,
/// for it sees no noise.
/// </para>
/// <para>
/// With <see cref="TrainerOptions.Checkpoints"/> each round has a directory of its own, <c>stage-01-round%201</c>, below that of the options. A killed run that
/// starts again loads the rounds that are over, and goes on within the one that was interrupted.
/// </para>
/// <para>
/// Source: Xie et al., "Self-training with Noisy Student Improves ImageNet Classification", 2020. The paper also leaves out images of low confidence, and
/// balances the classes of the others: <see cref="PseudoLabelSelection"/>.
/// </para>
/// </remarks>
public sealed class NoisyStudentTrainer
{
    private readonly StudentChain _chain;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">The teacher of the first student, trained on the labeled samples; the caller disposes it.</param>
    /// <param name="students">The students, one for each round, each with a network of its own; the caller disposes them.</param>
    /// <param name="noise">What changes the inputs that students see; nothing if not given.</param>
    /// <param name="createLoss">
    /// Creates the loss of each student; <see cref="HardLabelLoss"/> if not given. It must have no <see cref="RowLoss.IgnoredLabel"/>, for every sample has a
    /// target.
    /// </param>
    /// <param name="pseudoLabel">What the teacher's output becomes. The default is <see cref="PseudoLabel.Soft"/>, as in the paper's main results.</param>
    /// <param name="unlabeled">The class id of samples without a label; below 0. The default is −100.</param>
    /// <param name="selection">
    /// Which samples without a label each round takes; all if not given. The choice needs a class id and a row of logits for each sample, and the first teacher
    /// then predicts all samples once more, unless it is cached. Steps and epochs are those of the chosen samples. A sample that repeats has one view an epoch.
    /// </param>
    /// <param name="options">The options of each round.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// There is no student, two have the same network, a loss ignores a label, or it reads a layer that a model does not have.
    /// </exception>
    /// <exception cref="NotSupportedException">The options have <see cref="TrainerOptions.Baseline"/>.</exception>
    public NoisyStudentTrainer(
        ITeacher teacher,
        IReadOnlyList<IStudent> students,
        ISampleTransform? noise = null,
        Func<IDistillationLoss>? createLoss = null,
        PseudoLabel pseudoLabel = PseudoLabel.Soft,
        long unlabeled = -100,
        PseudoLabelSelection? selection = null,
        TrainerOptions? options = null,
        ILogger<NoisyStudentTrainer>? logger = null)
    {
        Require.InRange(unlabeled, long.MinValue, -1);
        Require.Defined(pseudoLabel);
        var settings = new Dictionary<string, string>
        {
            ["noise"] = Description.Of(noise),
            ["pseudo-labels"] = Description.Of(pseudoLabel),
            ["unlabeled"] = Description.Of(unlabeled),
            ["selection"] = Description.Of(selection),
        };
        _chain = new StudentChain(
            teacher,
            [.. Require.Present(students).Select((student, i) => (FormattableString.Invariant($"round {i + 1}"), student, nameof(students)))],
            () => WithoutIgnored(createLoss is null ? new HardLabelLoss() : createLoss()),
            options ?? new TrainerOptions(),
            logger,
            run => run with
            {
                Settings = settings,
                Choice = selection is null ? null : new(selection, unlabeled),
                StudentBatch = (batch, output, position) =>
                {
                    Batch labeled = batch.With(labels: PseudoLabels.Of(batch, output.Logits, unlabeled, pseudoLabel));
                    return noise is null ? labeled : SampleViews.Of(labeled, noise, run.Options.Seed, position.Epoch, view: 1);
                },
            });
    }

    /// <summary>Trains the students, one round after the other.</summary>
    /// <param name="train">The training data, labeled and unlabeled, with class ids.</param>
    /// <param name="validation">What each student is measured on, with labels and without noise; nothing if not given.</param>
    /// <param name="progress">Receives the reports of all rounds, on this thread; the position is that in the round.</param>
    /// <param name="cancellationToken">Cancels the round between two updates, after a last checkpoint where there are any, and all that follow.</param>
    /// <returns>The results, by the names <c>round 1</c>, <c>round 2</c> and so on; the students have their weights.</returns>
    /// <inheritdoc cref="StagedTrainer.Fit" path="/exception"/>
    public StagedTrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _chain.Fit(train, validation, progress, cancellationToken);

    private static IDistillationLoss WithoutIgnored(IDistillationLoss loss) =>
        loss is not null && LossSum.Of(loss).Terms.FirstOrDefault(term => term.Loss is RowLoss { IgnoredLabel: not null }) is { } ignoring
            ? throw new ArgumentException(
                $"Every sample has a target, its label or the teacher's, but the loss '{ignoring.Name}' ignores a label. "
                + $"Leave out its {nameof(RowLoss.IgnoredLabel)}.",
                nameof(loss))
            : loss!;
}
