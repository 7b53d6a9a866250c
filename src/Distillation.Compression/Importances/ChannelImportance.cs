using Distillation.Compression.Importances;

namespace Distillation.Compression;

/// <summary>Measures how much channels matter: those that matter least are pruned first.</summary>
/// <remarks>
/// Scores of a layer are compared with each other after division by their mean, and a set of channels that go together has the mean of its channels' scores.
/// </remarks>
public abstract class ChannelImportance
{
    /// <summary>
    /// Gets the importance by the weights: the L2 norm of all weights of a channel. (Li et al., 2017, with the L1 norm; Molchanov et al., 2017.)
    /// </summary>
    public static ChannelImportance Magnitude { get; } = new MagnitudeImportance();

    /// <summary>Creates the importance by the outputs: the mean absolute value of a channel's output over data. (Molchanov et al., 2017.)</summary>
    /// <param name="data">The data, such as some hundred training samples.</param>
    /// <param name="batchSize">The number of samples in a batch; positive. The default is 64.</param>
    /// <returns>The importance.</returns>
    public static ChannelImportance OfOutputs(IDataSource data, int batchSize = 64) =>
        new OutputImportance(Require.Present(data), Require.Positive(batchSize));

    /// <summary>
    /// Creates the importance by the loss, to first order: <c>(Σ g·w)²</c> over the weights w of a channel, with their gradients g, in the mean over batches.
    /// (Molchanov et al., "Importance Estimation for Neural Network Pruning", 2019.)
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="loss">
    /// Computes the loss of a batch, a number, from the outputs of the network, [N, ...]: <c>(outputs, batch) => functional.cross_entropy(outputs,
    /// batch.Labels!)</c> for class ids.
    /// </param>
    /// <param name="batchSize">The number of samples in a batch; positive. The default is 64.</param>
    /// <returns>The importance.</returns>
    public static ChannelImportance OfLoss(IDataSource data, Func<Tensor, Batch, Tensor> loss, int batchSize = 64) =>
        new LossImportance(Require.Present(data), Require.Present(loss), Require.Positive(batchSize));

    /// <summary>Measures the channels of layers.</summary>
    /// <param name="network">The network, in evaluation mode; its weights must be the same afterward, and it must have no gradients.</param>
    /// <param name="layers">The layers, convolutions, linear maps and embeddings, by path.</param>
    /// <returns>For each path a score of each output channel, zero or positive.</returns>
    public abstract IReadOnlyDictionary<string, double[]> Measure(
        torch.nn.Module<Tensor, Tensor> network, IReadOnlyDictionary<string, torch.nn.Module<Tensor, Tensor>> layers);
}
