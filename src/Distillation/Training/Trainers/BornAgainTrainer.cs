using Distillation.Models;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains generations of students of the size of their teacher: the first learns from the teacher, each other one from the generation before it. A generation
/// is often better than its teacher, and their ensemble better than each.
/// </summary>
/// <remarks>
/// <para>
/// The generations are networks with first weights of their own, most often of the teacher's architecture. The run of generation k, from 0, has the seed of the
/// options plus k.
/// </para>
/// <para>
/// With <see cref="TrainerOptions.Checkpoints"/> each generation has a directory of its own, <c>stage-01-generation%201</c>, below that of the options. A
/// killed run that starts again loads the generations that are over, without training, and goes on within the one that was interrupted. Generations may be
/// added at the end.
/// </para>
/// <para>
/// Source: Furlanello et al., "Born-Again Neural Networks", 2018. The ensemble is the mean of the students' probabilities, without the first teacher.
/// </para>
/// </remarks>
public sealed class BornAgainTrainer
{
    private readonly StudentChain _chain;
    private readonly int _count;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">The teacher of the first generation; the caller disposes it.</param>
    /// <param name="generations">The students, at least one, each with a network of its own; the caller disposes them.</param>
    /// <param name="createLoss">Creates the loss of each generation; the trainer does not dispose what a loss holds.</param>
    /// <param name="options">The options of each generation.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// There is no generation, two have the same network, or a loss reads a layer that a model does not have.
    /// </exception>
    /// <exception cref="NotSupportedException">The options have <see cref="TrainerOptions.Baseline"/>.</exception>
    public BornAgainTrainer(
        ITeacher teacher,
        IReadOnlyList<IStudent> generations,
        Func<IDistillationLoss> createLoss,
        TrainerOptions? options = null,
        ILogger<BornAgainTrainer>? logger = null)
    {
        Require.Present(generations);
        _count = generations.Count;
        _chain = new StudentChain(
            teacher,
            [.. generations.Select((student, i) => (FormattableString.Invariant($"generation {i + 1}"), student, nameof(generations)))],
            createLoss,
            options ?? new TrainerOptions(),
            logger);
    }

    /// <summary>Trains all generations.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What each generation is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports of all generations, on this thread; the position is that in the generation.</param>
    /// <param name="cancellationToken">Cancels the generation between two updates, after a last checkpoint where there are any, and all that follow.</param>
    /// <returns>The results, by the names <c>generation 1</c>, <c>generation 2</c> and so on; the students have their weights.</returns>
    /// <inheritdoc cref="StagedTrainer.Fit" path="/exception"/>
    public StagedTrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _chain.Fit(train, validation, progress, cancellationToken);

    /// <summary>Creates the ensemble of all generations, with the weights that they have at each prediction.</summary>
    /// <param name="mean">
    /// What the mean is taken of. The default is <see cref="EnsembleMean.Probabilities"/>; regressions and several labels need the other.
    /// </param>
    /// <returns>The ensemble; it needs no disposal.</returns>
    public ITeacher CreateEnsemble(EnsembleMean mean = EnsembleMean.Probabilities) =>
        new EnsembleTeacher([.. Enumerable.Range(0, _count).Select(_chain.CreatePredictor)], weights: null, mean);
}
