using Distillation.Compression.Importances;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.LowRank;

/// <summary>The second moments of what layers see over data: of each row of inputs, or of each patch under a kernel.</summary>
internal sealed class InputMoments : IDisposable
{
    private readonly Dictionary<string, Tensor> _sums = [];
    private readonly Dictionary<string, long> _rows = [];

    private InputMoments()
    {
    }

    public static InputMoments Of(
        Module<Tensor, Tensor> network, IReadOnlyDictionary<string, Module<Tensor, Tensor>> layers, IDataSource data, int batchSize)
    {
        var moments = new InputMoments();
        Action[] removals = [.. layers.Select(layer => moments.Watch(layer.Key, layer.Value))];
        try
        {
            using var noGradient = torch.no_grad();
            Batches.Run(data, batchSize, network, batch => network.call(batch.Inputs));
            return moments;
        }
        catch
        {
            moments.Dispose();
            throw;
        }
        finally
        {
            Array.ForEach(removals, remove => remove());
        }
    }

    /// <summary>Returns the moment of a layer, [I, I] float64, for the caller to dispose.</summary>
    public Tensor Of(string path) => _sums[path].Div((double)_rows[path]);

    public void Dispose()
    {
        foreach (Tensor sum in _sums.Values)
        {
            sum.Dispose();
        }
    }

    private Action Watch(string path, Module<Tensor, Tensor> layer) => layer.register_forward_pre_hook((_, input) =>
    {
        using var scope = torch.NewDisposeScope();
        Tensor rows = (layer is Conv2d convolution ? Patches(convolution, input) : input.flatten(0, -2)).to(torch.ScalarType.Float64);
        Tensor moment = rows.t().matmul(rows);
        if (_sums.TryGetValue(path, out Tensor? sum))
        {
            sum.AddInPlace(moment);
        }
        else
        {
            _sums.Add(path, moment.DetachFromDisposeScope());
        }

        _rows[path] = _rows.GetValueOrDefault(path) + rows.size(0);
        return input;
    }).remove;

    // [N·places, I·kernel].
    private static Tensor Patches(Conv2d layer, Tensor input) => functional.unfold(
        input,
        (layer.kernel_size[0], layer.kernel_size[1]),
        (layer.dilation[0], layer.dilation[1]),
        (layer.padding![0], layer.padding[1]),
        (layer.stride[0], layer.stride[1])).transpose(1, 2).flatten(0, 1);
}
