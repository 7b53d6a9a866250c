namespace Distillation.Compression.Channels;

/// <summary>
/// Finds which channels reach which layers by running a network: a channel that is NaN makes NaN of all that depends on it, through any code between the
/// layers.
/// </summary>
/// <remarks>
/// Each sample of a batch marks another channel. Layers do not compute: they output zeros, and the marks of the one that is traced; so what a layer sees comes
/// from that one directly. Residual sums, concatenations, pooling and flattening need no rule of their own.
/// </remarks>
internal sealed class ChannelTracer
{
    // Prime, so that no length of a sequence is a multiple of it by chance.
    private const int Marks = 61;

    private readonly IReadOnlyList<ChannelLayer> _layers;
    private readonly ChannelSets _sets;
    private int _traced;
    private int _first;
    private int _count;

    private ChannelTracer(IReadOnlyList<ChannelLayer> layers) => (_layers, _sets) = (layers, new(layers));

    /// <summary>Traces all layers.</summary>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="sample">An input [1, ...].</param>
    /// <returns>The sets of channels.</returns>
    public static ChannelSets Trace(torch.nn.Module<Tensor, Tensor> network, IReadOnlyList<ChannelLayer> layers, Tensor sample)
    {
        var tracer = new ChannelTracer(layers);
        using var noGradient = torch.no_grad();
        Action[] removals = [.. layers.Index().Select(layer => tracer.Watch(layer.Index, layer.Item))];
        try
        {
            foreach ((int number, ChannelLayer layer) in layers.Index().Where(layer => !layer.Item.IsChannelwise))
            {
                for (int first = 0; first < layer.Outputs; first += Marks)
                {
                    tracer.Run(network, sample, number, first, Math.Min(Marks, layer.Outputs - first));
                }
            }
        }
        finally
        {
            Array.ForEach(removals, remove => remove());
        }

        return tracer._sets;
    }

    private void Run(torch.nn.Module<Tensor, Tensor> network, Tensor sample, int layer, int first, int count)
    {
        (_traced, _first, _count) = (layer, first, count);
        using var scope = torch.NewDisposeScope();
        long[] repeats = new long[sample.dim()];
        Array.Fill(repeats, 1);
        repeats[0] = Marks;
        Tensor output = network.call(sample.repeat(repeats));
        RequireBatch(output, "the network outputs");
        using Tensor marked = output.isnan().view(Marks, -1).any(1).cpu();
        ReadOnlySpan<bool> visible = marked.data<bool>().ToArray();
        for (int mark = 0; mark < count; mark++)
        {
            if (visible[mark])
            {
                _sets.MarkVisible(layer, first + mark);
            }
        }
    }

    private Action Watch(int number, ChannelLayer layer)
    {
        Tensor? seen = null;
        Action removeFirst = layer.Module.register_forward_pre_hook((_, input) =>
        {
            RequireBatch(input, $"layer '{layer.Path}' sees");
            seen = layer.IsSource ? null : MarksIn(input, layer.ChannelDimension);
            Join(number, seen);
            return input.narrow(0, 0, input.size(0) / Marks);
        }).remove;
        Action removeSecond = layer.Module.register_forward_hook((_, _, output) => Marked(number, layer, output, seen)).remove;
        return () =>
        {
            removeFirst();
            removeSecond();
        };
    }

    // [Marks, C] bool: which channels each sample has marked; null for none.
    private static Tensor? MarksIn(Tensor input, int channelDimension)
    {
        if (!input.is_floating_point())
        {
            return null;
        }

        Tensor marked = input.isnan();
        if (marked.dim() > 2)
        {
            marked = channelDimension == 1 ? marked.flatten(2).any(2) : marked.flatten(1, -2).any(1);
        }

        marked = marked.view(Marks, -1, marked.size(-1)).any(1);
        return marked.any().item<bool>() ? marked : null;
    }

    private void Join(int number, Tensor? seen)
    {
        if (seen is null)
        {
            return;
        }

        using Tensor places = seen.narrow(0, 0, _count).nonzero().cpu();
        long[] pairs = places.data<long>().ToArray();
        for (int i = 0; i < pairs.Length; i += 2)
        {
            _sets.Join(_traced, _first + (int)pairs[i], number, (int)pairs[i + 1]);
        }
    }

    private Tensor Marked(int number, ChannelLayer layer, Tensor output, Tensor? seen)
    {
        long rows = output.size(0);
        Tensor result = torch.zeros([rows * Marks, .. output.shape[1..]], output.dtype, output.device);
        if (number == _traced)
        {
            // Sample i marks channel first + i.
            Tensor marks = torch.zeros([Marks, layer.Outputs], torch.ScalarType.Bool, output.device);
            marks.narrow(0, 0, _count).narrow(1, _first, _count).copy_(torch.eye(_count, dtype: torch.ScalarType.Bool, device: output.device));
            Mark(result, marks, rows, layer.ChannelDimension);
        }
        else if (layer.IsChannelwise && seen is not null)
        {
            Mark(result, seen, rows, layer.ChannelDimension);
        }

        return result;
    }

    private static void Mark(Tensor result, Tensor marks, long rows, int channelDimension)
    {
        long[] shape = new long[result.dim() + 1];
        Array.Fill(shape, 1);
        shape[0] = Marks;
        shape[channelDimension == 1 ? 2 : ^1] = marks.size(1);
        using Tensor view = result.view([Marks, rows, .. result.shape[1..]]);
        using Tensor nan = torch.tensor(double.NaN, result.dtype, result.device);
        using Tensor marked = torch.where(marks.view(shape), nan, view);
        view.copy_(marked);
    }

    private static void RequireBatch(Tensor tensor, string what)
    {
        if (tensor.dim() == 0 || tensor.size(0) % Marks != 0)
        {
            throw new ArgumentException(
                $"The samples must lie along the first dimension everywhere, but of {Marks} samples {what} {Shapes.Of(tensor)}.", nameof(tensor));
        }
    }
}
