using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains a student in stages, each with its own loss, options, data and trained parameters: hints before distillation, block after block, frozen layers that
/// are unfrozen later.
/// </summary>
/// <remarks>
/// <para>
/// A stage begins with the weights with which the one before it ended, and a new optimizer. Its schedules follow the stage, not the whole. Validation,
/// <see cref="TrainerOptions.BestBy"/> and <see cref="TrainerOptions.EarlyStopping"/> are those of the stage: a stage whose loss reads inner layers alone is
/// best left without them.
/// </para>
/// <para>
/// With <see cref="TrainerOptions.Checkpoints"/> each stage has a directory of its own, <c>stage-01-name</c>, below that of the options. A killed run that
/// starts again loads the stages that are over, without training, goes on within the one that was interrupted, and ends with the same bits. The checkpoints of
/// a stage are refused where the stage before it ends with other weights, and where its patterns are others. Stages may be added at the end.
/// </para>
/// <para>
/// Sources: hints, then distillation: Romero et al., "FitNets: Hints for Thin Deep Nets", 2015. Layers, then predictions: Jiao et al., "TinyBERT: Distilling
/// BERT for Natural Language Understanding", 2020. Block after block: Li et al., "Blockwisely Supervised Neural Architecture Search with Knowledge
/// Distillation", 2020.
/// </para>
/// </remarks>
public sealed class StagedTrainer
{
    private readonly StageSequence _sequence;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">The teacher of all stages, or <see langword="null"/> where all losses read labels alone; the caller disposes it.</param>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <param name="stages">The stages, in order, with different names.</param>
    /// <param name="options">The options of stages without their own, and the checkpoints and ranks of all.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// There is no stage, two have the same name, a loss reads a layer that a model does not have, a pattern has no parameter, or a stage trains none.
    /// </exception>
    /// <exception cref="NotSupportedException">The options of a stage have <see cref="TrainerOptions.Baseline"/>.</exception>
    public StagedTrainer(
        ITeacher? teacher, IStudent student, IReadOnlyList<TrainingStage> stages, TrainerOptions? options = null, ILogger<StagedTrainer>? logger = null)
    {
        Require.Present(student);
        options ??= new TrainerOptions();
        var runs = new List<StageRun>();
        foreach (TrainingStage stage in Require.Present(stages))
        {
            Require.Present(stage, nameof(stages));
            Learner.RequireLayers(stage.Loss.Features.Student, student.AvailableFeatures, nameof(student));
            if (teacher is not null)
            {
                Learner.RequireLayers(stage.Loss.Features.Teacher, teacher.AvailableFeatures, nameof(teacher));
            }

            runs.Add(new StageRun
            {
                Name = stage.Name,
                Teacher = teacher,
                Student = student,
                Loss = stage.Loss,
                Options = stage.Options ?? options,
                Train = stage.Train,
                Trained = stage.Trained,
                Frozen = stage.Frozen,
            });
        }

        _sequence = new StageSequence(runs, options, logger, nameof(stages));
    }

    /// <summary>Trains the student in all stages.</summary>
    /// <param name="train">The training data of stages without their own.</param>
    /// <param name="validation">What the student is measured on in each stage, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports of all stages, on this thread; the position is that in the stage.</param>
    /// <param name="cancellationToken">Cancels the stage between two updates, after a last checkpoint where there are any, and all that follow.</param>
    /// <returns>The results of the stages; the student has the weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// A checkpoint is of another run. The student would train its own teacher. A model is in training already, or models, loss and data do not fit together.
    /// </exception>
    /// <exception cref="TrainingCanceledException">The token canceled a stage, whose result the exception has.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="InvalidDataException">A stage has checkpoints, but none of them is whole.</exception>
    /// <exception cref="IOException">The last checkpoint of a stage cannot be written, or another run has its directory.</exception>
    public StagedTrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _sequence.Run(Require.Present(train), validation, progress, cancellationToken);
}
