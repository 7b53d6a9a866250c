using Distillation.Losses;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Trains an original and its distilled model in the same pass, each with its own optimizer.</summary>
/// <remarks>The distilled model learns from the current outputs of the original. It is the one that is validated, kept and stopped for.</remarks>
public sealed class JointTrainer
{
    private readonly IStudent _original;
    private readonly IStudent _distilled;
    private readonly IDistillationLoss _originalLoss;
    private readonly IDistillationLoss _distilledLoss;
    private readonly IOptimizerStrategy? _originalOptimizer;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="original">The student that learns from the labels; the caller disposes it.</param>
    /// <param name="distilled">The student that learns from the original; the caller disposes it.</param>
    /// <param name="distilledLoss">What the distilled model is to make small; its teacher is the original.</param>
    /// <param name="originalLoss">What the original is to make small, without a teacher; <see cref="HardLabelLoss"/> if not given.</param>
    /// <param name="options">The options of the run. Its optimizer is the distilled model's.</param>
    /// <param name="originalOptimizer">What follows the original's gradient; as the distilled model's if not given.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">A loss reads a layer that the models do not have.</exception>
    public JointTrainer(
        IStudent original,
        IStudent distilled,
        IDistillationLoss distilledLoss,
        IDistillationLoss? originalLoss = null,
        TrainerOptions? options = null,
        IOptimizerStrategy? originalOptimizer = null,
        ILogger<JointTrainer>? logger = null)
    {
        _original = Require.Present(original);
        _distilled = Require.Present(distilled);
        _distilledLoss = Require.Present(distilledLoss);
        _originalLoss = originalLoss ?? new HardLabelLoss();
        _options = options ?? new TrainerOptions();
        _originalOptimizer = originalOptimizer;
        _logger = logger;
        Learner.RequireLayers(_originalLoss.Features.Student | distilledLoss.Features.Teacher, original.AvailableFeatures, nameof(original));
        Learner.RequireLayers(distilledLoss.Features.Student, distilled.AvailableFeatures, nameof(distilled));
    }

    /// <summary>Trains both models.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What the distilled model is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; both models have their weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// A checkpoint is of another run. A model is in training already, or models, loss and data do not fit together.
    /// </exception>
    /// <exception cref="TrainingCanceledException">
    /// The token canceled the run. The weights are those of the last update, the averaged or the best ones.
    /// </exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or not a number.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, but none of them is whole.</exception>
    /// <exception cref="IOException">The last checkpoint cannot be written, or another run has their directory.</exception>
    public TrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var scheme = new JointScheme(
            original: new Learner(_original, _originalLoss, _originalOptimizer) { Name = "original" },
            distilled: new Learner(_distilled, _distilledLoss) { Name = "distilled" });
        return new TrainingLoop(_options, _logger).Run(scheme, train, validation, progress, cancellationToken);
    }
}
