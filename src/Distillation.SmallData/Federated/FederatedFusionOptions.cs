namespace Distillation.SmallData;

/// <summary>How an ensemble of clients is distilled into one model.</summary>
public sealed record FederatedFusionOptions
{
    /// <summary>Gets how the model is trained on the labeled pool.</summary>
    /// <value>
    /// The default value is 1 000 steps of 64 samples, Adam with a learning rate that falls from 0.001 to 0 along a cosine. The paper trains with Adam and
    /// 0.001 until a validation set improves no more.
    /// </value>
    public TrainerOptions Training { get; init => field = OriginalTraining.Several(value); } =
        new() { Steps = 1_000, Optimizer = new AdamOptimizer(new Schedule.Cosine(1e-3)) };

    /// <summary>Gets how the ensemble labels the pool.</summary>
    /// <value>
    /// The default value is its own probabilities at temperature 1 where samples have no labels, as of a public pool, and half of those where they have: known
    /// labels of a generated pool are those of the samples' parents. The cross entropy with the labels has the gradient of the Kullback-Leibler divergence.
    /// </value>
    public LabelingOptions Labeling { get; init => field = Require.Present(value); } = new() { KnownShare = 0.5 };
}
