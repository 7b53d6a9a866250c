using Distillation.Checkpoints;

namespace Distillation.Training;

/// <summary>Puts all that a learner has learned into a checkpoint, and brings it back.</summary>
internal sealed class LearnerState(Learner learner)
{
    /// <summary>The file of the student's weights: what other programs may want to read.</summary>
    public string WeightsFile { get; } = $"{Uri.EscapeDataString(learner.Name)}.safetensors";

    private string Prefix => learner.Name + "/";

    /// <summary>All that a learner changes: parameters and buffers of the student, then of its loss.</summary>
    public static IReadOnlyList<Tensor> WeightsOf(Learner learner) =>
        [.. new[] { learner.Student.Module, learner.Loss.Module }.OfType<torch.nn.Module>().SelectMany(WeightsOf).Select(one => one.Tensor)];

    public static IEnumerable<(string Name, Tensor Tensor)> WeightsOf(torch.nn.Module module) =>
        module.named_parameters().Select(one => (one.name, (Tensor)one.parameter)).Concat(module.named_buffers().Select(one => (one.name, one.buffer)));

    /// <summary>What the learner is, in words by name.</summary>
    public IEnumerable<(string Name, string Words)> Identity()
    {
        IEnumerable<(string, string)> weights = WeightsOf(learner.Student.Module).Select(one => ($"{learner.Name}: {one.Name}", Shape(one.Tensor)));
        IEnumerable<(string, string)> learned = learner.Loss.Module is { } module
            ? WeightsOf(module).Select(one => ($"{learner.Name}: loss {one.Name}", Shape(one.Tensor)))
            : [];
        return
        [
            ($"{learner.Name}: loss", Description.Of(learner.Loss)),
            ($"{learner.Name}: optimizer", Description.Of(learner.Strategy)),
            ($"{learner.Name}: update", Description.Of(learner.UpdateOptions)),
            .. weights,
            .. learned,
        ];

        static string Shape(Tensor tensor) => $"{Shapes.Of(tensor)} {tensor.dtype}";
    }

    public LearnerNumbers Save(TensorCopies weights, TensorCopies rest)
    {
        foreach ((string name, Tensor tensor) in WeightsOf(learner.Student.Module))
        {
            weights.Add(name, tensor);
        }

        foreach ((string name, Tensor tensor) in Others())
        {
            rest.Add(name, tensor);
        }

        foreach ((string name, Tensor tensor) in learner.Meter.Tensors)
        {
            rest.Add($"{Prefix}meter/{name}", tensor);
        }

        long[] steps = [];
        if (learner.Optimizer is FusedOptimizer fused)
        {
            steps = Array.ConvertAll(fused.Memory, memory => memory.Steps);
        }
        else
        {
            using Tensor bytes = TorchSharpState.Of(learner.Optimizer);
            rest.Add($"{Prefix}optimizer", bytes);
        }

        (IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> shares) = learner.Meter.Numbers;
        return new()
        {
            LearningRate = learner.LearningRate,
            Steps = steps,
            LossSums = new Dictionary<string, double>(sums),
            LossWeights = new Dictionary<string, double>(shares),
        };
    }

    /// <summary>Brings it back.</summary>
    /// <exception cref="InvalidDataException">It is not what such a learner has saved after so many updates.</exception>
    public void Load(LearnerNumbers numbers, long step, SavedTensors weights, SavedTensors rest)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((string name, Tensor tensor) in WeightsOf(learner.Student.Module))
        {
            weights.CopyTo(tensor, name);
        }

        if (learner.Optimizer is FusedOptimizer fused)
        {
            if (numbers.Steps.Count != fused.parameters().Count() || numbers.Steps.Any(steps => steps < 0 || steps > step))
            {
                throw new InvalidDataException(
                    $"'{learner.Name}' must have followed from 0 to {step} gradients with each of {fused.parameters().Count()} parameters, "
                    + $"but followed [{string.Join(", ", numbers.Steps.Take(20))}].");
            }

            fused.BeginAt(numbers.Steps);
        }
        else
        {
            TorchSharpState.Restore(learner.Optimizer, rest.Read($"{Prefix}optimizer"));
        }

        if (rest.Names.Contains(AverageName(0)))
        {
            learner.Average?.Begin();
        }

        if (rest.Names.Contains(NormName))
        {
            learner.GradientNorm = rest.ReadNumber(NormName).to(ModuleTree.DeviceOf(learner.Student.Module)).DetachFromDisposeScope();
        }

        foreach ((string name, Tensor tensor) in Others())
        {
            rest.CopyTo(tensor, name);
        }

        string meter = $"{Prefix}meter/";
        Dictionary<string, Tensor> meters = rest.Names.Where(name => name.StartsWith(meter, StringComparison.Ordinal))
            .ToDictionary(name => name[meter.Length..], name => rest.ReadNumber(name).to(ModuleTree.DeviceOf(learner.Student.Module)));
        if (!LossMeter.AreWhole(meters.Keys, numbers.LossSums.Keys, numbers.LossWeights.Keys)
            || numbers.LossWeights.Values.Any(weight => !double.IsFinite(weight) || weight <= 0))
        {
            throw new InvalidDataException(
                $"'{learner.Name}' must have a sum and a positive weight for each loss, but has [{string.Join(", ", meters.Keys)}], "
                + $"sums of [{string.Join(", ", numbers.LossSums.Keys)}] and weights [{string.Join(", ", numbers.LossWeights)}].");
        }

        learner.Meter.Restore(meters, numbers.LossSums, numbers.LossWeights);
        learner.LearningRate = numbers.LearningRate;
    }

    private string NormName => $"{Prefix}gradient norm";

    private string AverageName(int parameter) => $"{Prefix}average/{parameter}";

    // All that has its shape already once the learner is prepared, or the optimizer has begun.
    private IEnumerable<(string Name, Tensor Tensor)> Others()
    {
        IEnumerable<(string, Tensor)> loss = learner.Loss.Module is { } module ? WeightsOf(module).Select(one => ($"{Prefix}loss/{one.Name}", one.Tensor)) : [];
        IEnumerable<(string, Tensor)> average = learner.Average is { } kept ? kept.Averages.Select((tensor, i) => (AverageName(i), tensor)) : [];
        IEnumerable<(string, Tensor)> optimizer = learner.Optimizer is FusedOptimizer fused
            ? fused.Memory.SelectMany((memory, i) => memory.State.Select((tensor, k) => ($"{Prefix}optimizer/{i}/{k}", tensor)))
            : [];
        IEnumerable<(string, Tensor)> norm = learner.GradientNorm is { } length ? [(NormName, length)] : [];
        return [.. loss, .. average, .. optimizer, .. norm];
    }
}
