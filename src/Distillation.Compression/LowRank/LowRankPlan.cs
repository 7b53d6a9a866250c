using System.IO.Enumeration;
using TorchSharp.Modules;

namespace Distillation.Compression.LowRank;

/// <summary>The factors of all layers of a network that are better kept as two.</summary>
internal sealed class LowRankPlan : IDisposable
{
    private LowRankPlan(Dictionary<string, LayerFactors> factors) => Factors = factors;

    /// <summary>Gets the factors by path.</summary>
    public Dictionary<string, LayerFactors> Factors { get; }

    /// <summary>Computes the factors.</summary>
    /// <exception cref="ArgumentException">There are none, or a pattern of the options has no layer.</exception>
    public static LowRankPlan Of(Sequential network, LowRankOptions options)
    {
        Dictionary<string, torch.nn.Module<Tensor, Tensor>> layers = Layers(network, "").ToDictionary(layer => layer.Path, layer => layer.Module);
        foreach (string pattern in options.Excluded)
        {
            if (!layers.Keys.Any(path => Matches(pattern, path)))
            {
                throw new ArgumentException($"No layer has a path like '{pattern}'. The paths are: {string.Join(", ", layers.Keys)}.", nameof(options));
            }
        }

        foreach (string excluded in layers.Keys.Where(path => options.Excluded.Any(pattern => Matches(pattern, path))).ToArray())
        {
            layers.Remove(excluded);
        }

        using InputMoments? moments = options.Data is { } data ? InputMoments.Of(network, layers, data, options.BatchSize) : null;
        var factors = new Dictionary<string, LayerFactors>();
        foreach ((string path, torch.nn.Module<Tensor, Tensor> module) in layers)
        {
            using Tensor matrix = (module is Linear linear ? linear.weight : ((Convolution)module).weight).flatten(1);
            if (LayerFactors.Of(matrix, moments?.Of(path), options) is { } found)
            {
                factors.Add(path, found);
            }
        }

        return factors.Count > 0
            ? new(factors)
            : throw new ArgumentException(
                $"A layer must need fewer weights as two of the rank, but of {string.Join(", ", layers.Keys)} none does: lower "
                + $"{(options.Rank is null ? nameof(options.Energy) : nameof(options.Rank))}.",
                nameof(options));
    }

    public void Dispose()
    {
        foreach (LayerFactors factors in Factors.Values)
        {
            factors.Dispose();
        }
    }

    private static bool Matches(string pattern, string path) => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false);

    private static IEnumerable<(string Path, torch.nn.Module<Tensor, Tensor> Module)> Layers(Sequential network, string prefix)
    {
        foreach ((string name, torch.nn.Module module) in network.named_children())
        {
            string path = prefix + name;
            if (module is Sequential inner)
            {
                foreach ((string Path, torch.nn.Module<Tensor, Tensor> Module) layer in Layers(inner, $"{path}."))
                {
                    yield return layer;
                }
            }
            else if (module is Linear or Conv2d { groups: 1, padding_mode: PaddingModes.Zeros, padding_type: null })
            {
                yield return (path, (torch.nn.Module<Tensor, Tensor>)module);
            }
        }
    }
}
