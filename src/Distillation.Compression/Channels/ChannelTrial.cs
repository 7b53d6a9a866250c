namespace Distillation.Compression.Channels;

/// <summary>
/// Tries whether a network computes the same without a set of channels as it does where nothing reads them: code between the layers can depend on their number,
/// for instance where it splits channels into heads.
/// </summary>
internal static class ChannelTrial
{
    /// <summary>Tries one set of a group; the network is afterward as it was.</summary>
    /// <returns>Why the channels have to stay; <see langword="null"/> where they can go.</returns>
    public static string? Refusal(torch.nn.Module<Tensor, Tensor> network, IReadOnlyList<ChannelLayer> layers, ChannelGroup group, Tensor sample)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        ChannelSet set = group.Sets[0];
        Tensor unread = OutputWithout(network, layers, set, sample);
        using var cut = new ChannelCut(layers, [set]);
        try
        {
            Tensor output = network.call(sample);
            return !output.shape.AsSpan().SequenceEqual(unread.shape) ? $"the output becomes {Shapes.Of(output)}"
                : Difference(output, unread) > 1e-3 ? "the network computes something else without one of them"
                : null;
        }
#pragma warning disable CA1031 // Whatever the code between the layers throws, the channels stay.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"the network does not run without one of them: {exception.Message.Split('\n')[0]}";
        }
        finally
        {
            cut.Undo();
        }
    }

    /// <summary>The root of the mean squared difference, in units of the root of the mean square of the second.</summary>
    public static double Difference(Tensor output, Tensor reference)
    {
        using var scope = torch.NewDisposeScope();
        double difference = (output - reference).to(torch.ScalarType.Float64).Square().sum().item<double>();
        double scale = reference.to(torch.ScalarType.Float64).Square().sum().item<double>();
        return difference == 0 ? 0 : Math.Sqrt(difference / scale);
    }

    // Weights that read the channels are 0.
    private static Tensor OutputWithout(
        torch.nn.Module<Tensor, Tensor> network, IReadOnlyList<ChannelLayer> layers, ChannelSet set, Tensor sample)
    {
        var former = new List<(ChannelLayer Layer, LayerWeights Weights)>();
        try
        {
            foreach (IGrouping<int, ChannelMember> read in set.Members.Where(member => !member.IsOutput).GroupBy(member => member.Layer))
            {
                ChannelLayer layer = layers[read.Key];
                former.Add((layer, layer.Weights.Clone()));
                Tensor weight = layer.Weights.Weight!;
                using Tensor places = torch.tensor([.. read.Select(member => (long)member.Channel)], device: weight.device);
                using Scalar zero = 0.0.ToScalar();
                _ = weight.index_fill_(layer.InputDimension!.Value, places, zero);
            }

            return network.call(sample);
        }
        finally
        {
            former.ForEach(layer =>
            {
                layer.Layer.Set(layer.Weights);
                layer.Weights.Dispose();
            });
        }
    }
}
