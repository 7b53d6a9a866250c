using System.IO.Enumeration;
using Distillation.Compression.Channels;

namespace Distillation.Compression.Pruning;

/// <summary>Chooses the channels that go, and removes them.</summary>
internal sealed class ChannelPruner
{
    private readonly torch.nn.Module<Tensor, Tensor> _network;
    private readonly ChannelPruningOptions _options;
    private readonly Tensor _samples;
    private readonly ChannelLayer[] _layers;

    public ChannelPruner(torch.nn.Module<Tensor, Tensor> network, Tensor samples, ChannelPruningOptions options)
    {
        (_network, _samples, _options) = (network, samples, options);
        _layers = ChannelLayer.AllOf(network);
        foreach (string pattern in options.Excluded)
        {
            if (!_layers.Any(layer => Matches(pattern, layer.Path)))
            {
                throw new ArgumentException(
                    $"No layer has a path like '{pattern}'. The paths are: {string.Join(", ", _layers.Select(layer => layer.Path))}.", nameof(options));
            }
        }
    }

    /// <summary>Prunes the network.</summary>
    /// <returns>The layers that were pruned, or were to be.</returns>
    public IReadOnlyList<PrunedLayer> Run()
    {
        using Tensor first = _samples.narrow(0, 0, 1);
        int[] before = [.. _layers.Select(layer => layer.Outputs)];
        var reasons = new Dictionary<int, string>();
        List<ChannelGroup> groups = [];
        foreach (ChannelGroup group in ChannelTracer.Trace(_network, _layers, first).Groups().Where(group => !IsExcluded(group)))
        {
            string? reason = group.Sets.Count == 1 ? "because all depend on each other" : ChannelTrial.Refusal(_network, _layers, group, first);
            if (reason is null)
            {
                groups.Add(group);
            }
            else
            {
                foreach (int layer in group.Layers.Where(layer => !_layers[layer].IsChannelwise && HasOutputs(group, layer)))
                {
                    reasons[layer] = reason;
                }
            }
        }

        if (groups.Count == 0)
        {
            throw new ArgumentException(
                "The network must have a layer with channels that can go. "
                + string.Join(" ", reasons.Select(reason => $"Those of '{_layers[reason.Key].Path}' stay: {reason.Value}.")),
                "network");
        }

        Remove(Chosen(groups));
        return
        [
            .. _layers.Index().Where(layer => layer.Item.Outputs < before[layer.Index] || reasons.ContainsKey(layer.Index)).Select(layer => new PrunedLayer
            {
                Path = layer.Item.Path,
                Before = before[layer.Index],
                After = layer.Item.Outputs,
                Reason = reasons.GetValueOrDefault(layer.Index),
            }),
        ];
    }

    private static bool Matches(string pattern, string path) => FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false);

    private static bool HasOutputs(ChannelGroup group, int layer) => group.Sets[0].Members.Any(member => member.Layer == layer && member.IsOutput);

    private bool IsExcluded(ChannelGroup group) =>
        group.Layers.Any(layer => HasOutputs(group, layer) && _options.Excluded.Any(pattern => Matches(pattern, _layers[layer].Path)));

    private void Remove(IReadOnlyList<ChannelSet> sets)
    {
        using var cut = new ChannelCut(_layers, sets);
        try
        {
            using var noGradient = torch.no_grad();
            using Tensor output = _network.call(_samples);
        }
        catch
        {
            cut.Undo();
            throw;
        }
    }

    private List<ChannelSet> Chosen(List<ChannelGroup> groups)
    {
        (ChannelSet Set, double Score)[][] scored = [.. Scores(groups)];
        int[] least = [.. scored.Select(sets => Math.Min(sets.Length, Rounded(_options.MinChannels)))];
        int[] kept = _options.IsGlobal
            ? Together(scored)
            : [.. scored.Select(sets => (int)Math.Round(_options.Keep * sets.Length, MidpointRounding.AwayFromZero))];
        return
        [
            .. scored.SelectMany((sets, group) => sets.OrderBy(set => set.Score)
                .Take(sets.Length - Math.Clamp(Rounded(kept[group]), least[group], sets.Length)).Select(set => set.Set)),
        ];
    }

    private int Rounded(int channels) => (channels + _options.ChannelMultiple - 1) / _options.ChannelMultiple * _options.ChannelMultiple;

    // How many sets of each group are among the most important ones of all.
    private int[] Together((ChannelSet Set, double Score)[][] scored)
    {
        double[] all = [.. scored.SelectMany(sets => sets.Select(set => set.Score)).OrderDescending()];
        double bound = all[Math.Max(1, (int)Math.Round(_options.Keep * all.Length, MidpointRounding.AwayFromZero)) - 1];
        return [.. scored.Select(sets => sets.Count(set => set.Score >= bound))];
    }

    private IEnumerable<(ChannelSet Set, double Score)[]> Scores(List<ChannelGroup> groups)
    {
        Dictionary<string, torch.nn.Module<Tensor, Tensor>> measured = groups.SelectMany(group => group.Layers).Distinct().Order()
            .Where(layer => !_layers[layer].IsChannelwise && groups.Exists(group => HasOutputs(group, layer)))
            .ToDictionary(layer => _layers[layer].Path, layer => _layers[layer].Module);
        IReadOnlyDictionary<string, double[]> importance = _options.Importance.Measure(_network, measured);
        Dictionary<string, double[]> scores = measured.Keys.ToDictionary(path => path, path => Relative(path, importance));
        return groups.Select(group => group.Sets
            .Select(set => (set, set.Members
                .Where(member => member.IsOutput && !_layers[member.Layer].IsChannelwise)
                .Average(member => scores[_layers[member.Layer].Path][member.Channel])))
            .ToArray());
    }

    private double[] Relative(string path, IReadOnlyDictionary<string, double[]> importance)
    {
        int channels = _layers.First(layer => layer.Path == path).Outputs;
        if (!importance.TryGetValue(path, out double[]? scores) || scores.Length != channels || scores.Any(score => !(score >= 0 && double.IsFinite(score))))
        {
            throw new InvalidOperationException(
                $"{_options.Importance.GetType().Name} must measure a finite score, zero or positive, for each of the {channels} channels of layer '{path}'.");
        }

        double mean = scores.Average();
        return mean == 0 ? scores : Array.ConvertAll(scores, score => score / mean);
    }
}
