using Distillation.Compression.LowRank;
using Distillation.Evaluation;
using TorchSharp.Modules;

namespace Distillation.Compression;

public static partial class StudentBuilder
{
    /// <summary>
    /// Makes two thin layers of linear maps and convolutions, by the singular value decomposition of their weights, wherever that needs fewer weights. (Denton
    /// et al., 2014; convolutions as Zhang et al., 2016: the kernel to r channels, then 1×1.)
    /// </summary>
    /// <remarks>
    /// A layer <c>fc</c> becomes a <c>Sequential</c> of that name with the layers <c>reduce</c>, without bias, and <c>expand</c>. Layers within a
    /// <c>Sequential</c> within the network are found too; those within modules of other kinds stay. Convolutions of several groups, transposed ones, and those
    /// whose padding is not zeros stay.
    /// </remarks>
    /// <param name="network">The network. Its layers are those of the result from then on, or are disposed.</param>
    /// <param name="sampleInputs">Inputs [N, ...] as in training, on the device of the network.</param>
    /// <param name="options">Ranks and layers; the defaults if not given.</param>
    /// <returns>
    /// The network of thin layers, in the mode of the former, and what it has become: each layer with its outputs before, and its rank after.
    /// </returns>
    /// <exception cref="ArgumentException">No layer needs fewer weights as a product of two.</exception>
    public static CompressedNetwork Factorize(Sequential network, Tensor sampleInputs, LowRankOptions? options = null)
    {
        _ = Checked(network, sampleInputs);
        using var scope = torch.NewDisposeScope();
        bool training = network.training;
        network.eval();
        try
        {
            ModelCost before = CompressionReport.CostOf(network, sampleInputs);
            Tensor outputs = Outputs(network, sampleInputs);
            using LowRankPlan plan = LowRankPlan.Of(network, options ?? new());
            PrunedLayer[] layers =
            [
                .. plan.Factors.Select(layer => new PrunedLayer { Path = layer.Key, Before = layer.Value.Outputs, After = layer.Value.Rank, Reason = null }),
            ];
            Sequential thin = LowRankNetwork.Of(network, plan.Factors, "");
            var report = CompressionReport.Of(before, outputs, thin, sampleInputs, layers);
            thin.train(training);
            return new(thin, report);
        }
        catch
        {
            network.train(training);
            throw;
        }
    }
}
