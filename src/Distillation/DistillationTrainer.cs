using Distillation.Caching;
using Distillation.Training;
using Microsoft.Extensions.Logging;

namespace Distillation;

/// <summary>Trains a student from a frozen teacher.</summary>
/// <remarks>
/// Training is synchronous work on the caller's thread. Each call of <see cref="Fit"/> begins with a fresh optimizer and goes on from the student's weights, or
/// from the newest checkpoint where <see cref="TrainerOptions.Checkpoints"/> has one.
/// </remarks>
public sealed class DistillationTrainer
{
    private readonly ITeacher _teacher;
    private readonly IStudent _student;
    private readonly IDistillationLoss _loss;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <param name="loss">What the student is to make small, such as <c>0.9 * new SoftTargetLoss(4) + 0.1 * new HardLabelLoss()</c>.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">The loss reads a layer that teacher or student does not have.</exception>
    public DistillationTrainer(
        ITeacher teacher, IStudent student, IDistillationLoss loss, TrainerOptions? options = null, ILogger<DistillationTrainer>? logger = null)
    {
        _teacher = Require.Present(teacher);
        _student = Require.Present(student);
        _loss = Require.Present(loss);
        _options = options ?? new TrainerOptions();
        _logger = logger;
        Learner.RequireLayers(loss.Features.Teacher, teacher.AvailableFeatures, nameof(teacher));
        Learner.RequireLayers(loss.Features.Student, student.AvailableFeatures, nameof(student));
    }

    /// <summary>Trains the student.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What the student is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">
    /// Receives the reports, on this thread. .NET's own <see cref="Progress{T}"/> passes reports on to other threads, where they arrive late; a class of your
    /// own gets them in time.
    /// </param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; the student has the weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// A checkpoint is of another run. The student would train its own teacher. A model is in training already, or models, loss and data do not fit together.
    /// </exception>
    /// <exception cref="TrainingCanceledException">
    /// The token canceled the run. The weights are those of the last update, the averaged or the best ones.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, but none of them is whole.</exception>
    /// <exception cref="IOException">The last checkpoint cannot be written, or another run has their directory.</exception>
    public TrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        CachedTeacher.RequireRoom(_teacher, Require.Present(train), nameof(train));
        if (!_options.Baseline)
        {
            return Train(train, validation, progress, cancellationToken);
        }

        using var baseline = new BaselineRun(_student, _loss, _options, validation);
        if (baseline.Train(train, _logger, cancellationToken) is { Status: TrainingStatus.Terminated } ended)
        {
            return ended;
        }

        return Train(train, validation, progress, cancellationToken) with { Baseline = baseline.Compare() };
    }

    private TrainingResult Train(IDataSource train, IDataSource? validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var scheme = new DistillationScheme(_teacher, new Learner(_student, _loss));
        return new TrainingLoop(_options with { Baseline = false }, _logger).Run(scheme, train, validation, progress, cancellationToken);
    }
}
