using Distillation.Losses;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Trains a model on labels alone: the original, or a student for comparison.</summary>
public sealed class SupervisedTrainer
{
    private readonly IStudent _model;
    private readonly IDistillationLoss _loss;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="model">The student; the caller disposes it.</param>
    /// <param name="loss">What the model is to make small, without a teacher; <see cref="HardLabelLoss"/> if not given.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">The loss reads a layer that the model does not have.</exception>
    public SupervisedTrainer(IStudent model, IDistillationLoss? loss = null, TrainerOptions? options = null, ILogger<SupervisedTrainer>? logger = null)
    {
        _model = Require.Present(model);
        _loss = loss ?? new HardLabelLoss();
        _options = options ?? new TrainerOptions();
        _logger = logger;
        Learner.RequireLayers(_loss.Features.Student, model.AvailableFeatures, nameof(model));
    }

    /// <summary>Trains the model.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What the model is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; the model has the weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// A checkpoint is of another run. The loss needs a teacher. A model is in training already, or models, loss and data do not fit together.
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
        using var scheme = new DistillationScheme(teacher: null, new Learner(_model, _loss));
        return new TrainingLoop(_options, _logger).Run(scheme, train, validation, progress, cancellationToken);
    }
}
