using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains a student from a much larger teacher by way of assistants of sizes in between: the first learns from the teacher, each other one, and at last the
/// student, from the one before it.
/// </summary>
/// <remarks>
/// <para>
/// In the paper longer paths are better, and of single assistants the one whose accuracy is about the mean of those of teacher and student. The run of the k-th
/// model, from 0, has the seed of the options plus k.
/// </para>
/// <para>
/// With <see cref="TrainerOptions.Checkpoints"/> each model has a directory of its own, <c>stage-01-assistant%201</c>, below that of the options. A killed run
/// that starts again loads the models that are trained, and goes on within the one that was interrupted.
/// </para>
/// <para>Source: Mirzadeh et al., "Improved Knowledge Distillation via Teacher Assistant", 2020.</para>
/// </remarks>
public sealed class TeacherAssistantTrainer
{
    private readonly StudentChain _chain;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">The teacher of the first assistant; the caller disposes it.</param>
    /// <param name="assistants">The assistants, from the largest to the smallest; the caller disposes them.</param>
    /// <param name="student">The student, which learns from the last assistant; the caller disposes it.</param>
    /// <param name="createLoss">Creates the loss of each model, for connectors have sizes of their own; the trainer does not dispose what a loss holds.</param>
    /// <param name="options">The options of each run.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// There is no assistant, two models have the same network, or a loss reads a layer that a model does not have.
    /// </exception>
    /// <exception cref="NotSupportedException">The options have <see cref="TrainerOptions.Baseline"/>.</exception>
    public TeacherAssistantTrainer(
        ITeacher teacher,
        IReadOnlyList<IStudent> assistants,
        IStudent student,
        Func<IDistillationLoss> createLoss,
        TrainerOptions? options = null,
        ILogger<TeacherAssistantTrainer>? logger = null)
    {
        if (Require.Present(assistants).Count == 0)
        {
            throw new ArgumentException(
                $"There must be at least one assistant, but there is none. Without assistants, use {nameof(DistillationTrainer)}.", nameof(assistants));
        }

        IEnumerable<(string, IStudent, string)> path =
            assistants.Select((assistant, i) => (FormattableString.Invariant($"assistant {i + 1}"), assistant, nameof(assistants)));
        _chain = new StudentChain(teacher, [.. path, ("student", student, nameof(student))], createLoss, options ?? new TrainerOptions(), logger);
    }

    /// <summary>Trains the assistants, then the student.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What each model is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports of all models, on this thread; the position is that in the run of the model.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any, and all that follow.</param>
    /// <returns>The results, by the names <c>assistant 1</c>, <c>assistant 2</c> and so on, and <c>student</c>; the models have their weights.</returns>
    /// <inheritdoc cref="StagedTrainer.Fit" path="/exception"/>
    public StagedTrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _chain.Fit(train, validation, progress, cancellationToken);
}
