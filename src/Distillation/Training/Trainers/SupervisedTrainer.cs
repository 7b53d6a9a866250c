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

    /// <summary>Puts a trainer together.</summary>
    /// <param name="model">Who learns; it stays the caller's.</param>
    /// <param name="loss">What the model is to make small, without a teacher; <see cref="HardLabelLoss"/> if not given.</param>
    /// <param name="options">How the run goes; the defaults if not given.</param>
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
    /// <param name="train">What is learned.</param>
    /// <param name="validation">What the model is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports, on this thread.</param>
    /// <param name="cancellationToken">Ends the run between two steps; the model keeps what it has learned.</param>
    /// <returns>How the run went; the model has the weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// A checkpoint is of another run. The loss needs a teacher. A model is in training already, or models, loss and data do not fit together.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, but none of them is whole.</exception>
    /// <exception cref="IOException">The last checkpoint cannot be written, or another run has their directory.</exception>
    public TrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = new DistillationScheme(teacher: null, new Learner(_model, _loss, _options.Optimizer, _options.Update));
        return new TrainingLoop(_options, _logger).Run(step, train, validation, progress, cancellationToken);
    }
}
