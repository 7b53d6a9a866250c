using System.Diagnostics;
using TorchSharp.Modules;

namespace Distillation.Evaluation;

/// <summary>Counts and times a module.</summary>
internal static class CostMeasurement
{
    public static ModelCost Of(torch.nn.Module module, Func<Tensor, Tensor> forward, Tensor input, int runs)
    {
        using var noGradient = torch.no_grad();
        using IDisposable? mode = ModuleTree.Evaluating(module);
        (long? multiplyAdds, List<string> uncounted) = module is torch.jit.ScriptModule ? ((long?)null, new List<string>()) : Count(module, forward, input);
        return new ModelCost
        {
            Parameters = module.parameters().Sum(parameter => parameter.numel()),
            Bytes = module.parameters().Concat(module.buffers()).Sum(tensor => tensor.numel() * tensor.element_size()),
            MultiplyAdds = multiplyAdds,
            UncountedLayers = uncounted,
            Latency = Time(forward, input, runs),
        };
    }

    private static (long? MultiplyAdds, List<string> Uncounted) Count(torch.nn.Module module, Func<Tensor, Tensor> forward, Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        long samples = input.size(0);
        long total = 0;
        var uncounted = new List<string>();
        var hooks = new List<Action>();
        try
        {
            foreach ((string path, torch.nn.Module layer) in module.named_modules().Prepend(("", module)))
            {
                if (layer is Linear or Convolution)
                {
                    var watched = (torch.nn.Module<Tensor, Tensor>)layer;
                    hooks.Add(watched.register_forward_hook((_, seen, given) =>
                    {
                        total += MultiplyAdds(layer, seen, given);
                        return given;
                    }).remove);
                }
                else if (layer.named_parameters(recurse: false).Any())
                {
                    uncounted.Add(path);
                }
            }

            forward(input).Dispose();
        }
        finally
        {
            hooks.ForEach(remove => remove());
        }

        return (total / samples, uncounted);
    }

    // Every output of a convolution sums over the kernel and the input channels of its group; a transposed one spreads every input likewise.
    private static long MultiplyAdds(torch.nn.Module layer, Tensor seen, Tensor given)
    {
        Tensor weight = layer.named_parameters(recurse: false).Single(parameter => parameter.name == "weight").parameter;
        long perPlace = weight.numel() / weight.size(0);
        return layer is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d ? seen.numel() * perPlace : given.numel() * perPlace;
    }

    private static TimeSpan Time(Func<Tensor, Tensor> forward, Tensor input, int runs)
    {
        for (int run = 0; run < Math.Max(3, runs / 10); run++)
        {
            Once(forward, input);
        }

        TimeSpan[] times = [.. Enumerable.Range(0, runs).Select(_ => Once(forward, input)).Order()];
        return (times[(runs - 1) / 2] + times[runs / 2]) / 2;
    }

    private static TimeSpan Once(Func<Tensor, Tensor> forward, Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        long began = Stopwatch.GetTimestamp();
        Tensor output = forward(input);
        if (output.device_type == DeviceType.CUDA)
        {
            torch.cuda.synchronize();
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
