using Distillation.Checkpoints;

namespace Distillation.Training;

/// <content>Saves all that a learner has learned in a checkpoint, and loads it.</content>
public sealed partial class Learner
{
    /// <summary>Gets the name of the file of the student's weights, which other programs may read.</summary>
    internal string WeightsFile => $"{Uri.EscapeDataString(Name)}.safetensors";

    /// <summary>Gets all weights that the learner changes: parameters and buffers of the student, then of its loss.</summary>
    internal IReadOnlyList<Tensor> Weights =>
        [.. new[] { Student.Module, Loss.Module }.OfType<torch.nn.Module>().SelectMany(WeightsOf).Select(one => one.Tensor)];

    /// <summary>Gets the averaged weights; none before the first update.</summary>
    internal IReadOnlyList<Tensor> Averages => _average?.Averages ?? [];

    private string Prefix => Name + "/";

    private string NormName => $"{Prefix}gradient norm";

    private static IEnumerable<(string Name, Tensor Tensor)> WeightsOf(torch.nn.Module module) =>
        module.named_parameters().Select(one => (one.name, (Tensor)one.parameter)).Concat(module.named_buffers().Select(one => (one.name, one.buffer)));

    /// <summary>Sets the averaged weights; none starts the average anew.</summary>
    internal void ResetAverages(IReadOnlyList<Tensor> averages) => _average?.Reset(averages);

    /// <exception cref="NotSupportedException">The state of the optimizer cannot be saved.</exception>
    internal void RequireSavable()
    {
        foreach (torch.optim.Optimizer optimizer in TorchSharpOptimizers())
        {
            _ = TorchSharpState.Known(optimizer);
        }
    }

    /// <summary>Returns the settings and shapes by which a checkpoint recognizes the learner, by name.</summary>
    internal IEnumerable<(string Name, string Words)> Identity()
    {
        IEnumerable<(string, string)> weights = WeightsOf(Student.Module).Select(one => ($"{Name}: {one.Name}", Shape(one.Tensor)));
        IEnumerable<(string, string)> learned = Loss.Module is { } module
            ? WeightsOf(module).Select(one => ($"{Name}: loss {one.Name}", Shape(one.Tensor)))
            : [];
        return
        [
            ($"{Name}: loss", Description.Of(Loss)),
            ($"{Name}: optimizer", Description.Of(Strategy)),
            ($"{Name}: update", Description.Of(Updates)),
            .. weights,
            .. learned,
        ];

        static string Shape(Tensor tensor) => $"{Shapes.Of(tensor)} {tensor.dtype}";
    }

    /// <summary>Copies the state.</summary>
    /// <param name="weights">Receives the weights of the student.</param>
    /// <param name="rest">Receives all other tensors.</param>
    /// <returns>The numbers of the state.</returns>
    internal LearnerNumbers SaveState(TensorCopies weights, TensorCopies rest)
    {
        foreach ((string name, Tensor tensor) in WeightsOf(Student.Module))
        {
            weights.Add(name, tensor);
        }

        foreach ((string name, Tensor tensor) in Others())
        {
            rest.Add(name, tensor);
        }

        foreach ((string name, Tensor tensor) in _meter.Tensors)
        {
            rest.Add($"{Prefix}meter/{name}", tensor);
        }

        long[] steps = [];
        if (RequirePrepared() is FusedOptimizer fused)
        {
            steps = Array.ConvertAll(fused.Memory, memory => memory.Steps);
        }

        foreach ((int number, torch.optim.Optimizer optimizer) in TorchSharpOptimizers().Index())
        {
            using Tensor bytes = TorchSharpState.Of(optimizer);
            rest.Add(OptimizerName(number), bytes);
        }

        (IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> shares) = _meter.Numbers;
        return new()
        {
            LearningRate = _learningRate,
            Steps = steps,
            LossSums = new Dictionary<string, double>(sums),
            LossWeights = new Dictionary<string, double>(shares),
        };
    }

    /// <summary>Loads the state.</summary>
    /// <exception cref="InvalidDataException">The state is not that of such a learner after so many updates.</exception>
    internal void LoadState(LearnerNumbers numbers, long step, SavedTensors weights, SavedTensors rest)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((string name, Tensor tensor) in WeightsOf(Student.Module))
        {
            weights.CopyTo(tensor, name);
        }

        if (RequirePrepared() is FusedOptimizer fused)
        {
            if (numbers.Steps.Count != fused.parameters().Count() || numbers.Steps.Any(steps => steps < 0 || steps > step))
            {
                throw new InvalidDataException(
                    $"'{Name}' must have made from 0 to {step} updates of each of {fused.parameters().Count()} parameters, "
                    + $"but made [{string.Join(", ", numbers.Steps.Take(20))}].");
            }

            fused.BeginAt(numbers.Steps);
        }

        foreach ((int number, torch.optim.Optimizer optimizer) in TorchSharpOptimizers().Index())
        {
            TorchSharpState.Restore(optimizer, rest.Read(OptimizerName(number)));
        }

        if (rest.Names.Contains(AverageName(0)))
        {
            _average?.Begin();
        }

        if (rest.Names.Contains(NormName))
        {
            _gradientNorm = rest.ReadNumber(NormName).to(ModuleTree.DeviceOf(Student.Module)).DetachFromDisposeScope();
        }

        foreach ((string name, Tensor tensor) in Others())
        {
            rest.CopyTo(tensor, name);
        }

        string meter = $"{Prefix}meter/";
        Dictionary<string, Tensor> meters = rest.Names.Where(name => name.StartsWith(meter, StringComparison.Ordinal))
            .ToDictionary(name => name[meter.Length..], name => rest.ReadNumber(name).to(ModuleTree.DeviceOf(Student.Module)));
        if (!LossMeter.AreWhole(meters.Keys, numbers.LossSums.Keys, numbers.LossWeights.Keys)
            || numbers.LossWeights.Values.Any(weight => !double.IsFinite(weight) || weight < 0))
        {
            throw new InvalidDataException(
                $"'{Name}' must have a sum and a weight for each loss, but has [{string.Join(", ", meters.Keys)}], "
                + $"sums of [{string.Join(", ", numbers.LossSums.Keys)}] and weights [{string.Join(", ", numbers.LossWeights)}].");
        }

        _meter.Restore(meters, numbers.LossSums, numbers.LossWeights);
        _learningRate = numbers.LearningRate;
    }

    private string OptimizerName(int group) => $"{Prefix}optimizer/{group}";

    // Those whose state only TorchSharp can read.
    private IEnumerable<torch.optim.Optimizer> TorchSharpOptimizers() => RequirePrepared() switch
    {
        FusedOptimizer => [],
        GroupedOptimizer grouped => grouped.Members,
        torch.optim.Optimizer optimizer => [optimizer],
    };

    private string AverageName(int parameter) => $"{Prefix}average/{parameter}";

    // All that has its shape already once the learner is prepared, or the optimizer has begun.
    private IEnumerable<(string Name, Tensor Tensor)> Others()
    {
        IEnumerable<(string, Tensor)> loss = Loss.Module is { } module ? WeightsOf(module).Select(one => ($"{Prefix}loss/{one.Name}", one.Tensor)) : [];
        IEnumerable<(string, Tensor)> average = _average is { } kept ? kept.Averages.Select((tensor, i) => (AverageName(i), tensor)) : [];
        IEnumerable<(string, Tensor)> optimizer = RequirePrepared() is FusedOptimizer fused
            ? fused.Memory.SelectMany((memory, i) => memory.State.Select((tensor, k) => ($"{Prefix}optimizer/{i}/{k}", tensor)))
            : [];
        IEnumerable<(string, Tensor)> norm = _gradientNorm is { } length ? [(NormName, length)] : [];
        return [.. loss, .. average, .. optimizer, .. norm];
    }
}
