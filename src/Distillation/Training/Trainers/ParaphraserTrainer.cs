using Distillation.Caching;
using Distillation.Losses;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch.nn;

namespace Distillation.Training;

/// <summary>Trains a paraphraser to give back a layer of the teacher, which makes its factors those of <see cref="FactorTransferLoss"/>.</summary>
/// <remarks>The loss is the mean squared error between the layer and its reconstruction, over all elements. No labels are needed.</remarks>
public sealed class ParaphraserTrainer
{
    private readonly ITeacher _teacher;
    private readonly Feature _layer;
    private readonly Paraphraser _paraphraser;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="teacher">Whose layer it is; the caller disposes it, and it does not change.</param>
    /// <param name="layer">The teacher's layer, a map.</param>
    /// <param name="paraphraser">What learns; the caller disposes it. It gets the data type of the layer.</param>
    /// <param name="options">The options of the run. There is no validation.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">The teacher has no such layer.</exception>
    public ParaphraserTrainer(
        ITeacher teacher, Feature layer, Paraphraser paraphraser, TrainerOptions? options = null, ILogger<ParaphraserTrainer>? logger = null)
    {
        _teacher = Require.Present(teacher);
        _layer = layer;
        _paraphraser = Require.Present(paraphraser);
        _options = options ?? new TrainerOptions();
        _logger = logger;
        Learner.RequireLayers(FeatureSet.Of(layer), teacher.AvailableFeatures, nameof(teacher));
    }

    /// <summary>Trains the paraphraser.</summary>
    /// <param name="train">What the teacher sees.</param>
    /// <param name="progress">Receives the reports, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; the paraphraser has the weights.</returns>
    /// <exception cref="ArgumentException">The data does not fit the options or the model, or has inputs that are not finite.</exception>
    /// <exception cref="InvalidOperationException">A model is in training already, or models, loss and data do not fit together.</exception>
    /// <exception cref="TrainingCanceledException">
    /// The token canceled the run. The weights are those of the last update, the averaged or the best ones.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or not a number.</exception>
    public TrainingResult Fit(IDataSource train, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        CachedTeacher.RequireRoom(_teacher, Require.Present(train), nameof(train));
        using var scheme = new DistillationScheme(teacher: null, new Learner(new Autoencoder(this), new ReconstructionLoss(_layer)));
        return new TrainingLoop(_options, _logger).Run(scheme, train, validation: null, progress, cancellationToken);
    }

    // The paraphraser as a student, whose logits are the layer as it comes back: all else of training is as ever.
    private sealed class Autoencoder(ParaphraserTrainer trainer) : IStudent
    {
        private bool _sized;

        public Module Module => trainer._paraphraser;

        public ModelOutput Forward(Batch batch, FeatureSet features)
        {
            Tensor layer = ForwardPass.Run(trainer._teacher, batch, FeatureSet.Of(trainer._layer))[trainer._layer];
            if (!_sized)
            {
                // The first batch comes before the optimizer, which holds on to the parameters.
                trainer._paraphraser.to(layer.dtype);
                _sized = true;
            }

            return new(trainer._paraphraser.Reconstruct(layer), new Dictionary<Feature, Tensor> { [trainer._layer] = layer });
        }
    }

    private sealed class ReconstructionLoss(Feature layer) : IDistillationLoss
    {
        public RequiredFeatures Features { get; } = new(FeatureSet.Of(layer), FeatureSet.None);

        public Tensor Compute(DistillationContext context) => functional.mse_loss(context.Student.Logits, context.Student[layer]);
    }
}
