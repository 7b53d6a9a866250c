using System.Globalization;
using TorchSharp.Modules;

namespace Distillation.Training;

/// <summary>
/// Refuses a run in which batch normalization would get a single value per channel: the variance of one value is 0/0, which is not a number, and the statistics
/// stay so.
/// </summary>
/// <remarks>
/// Layers are watched while models and losses see the first batch. A layer that a parent runs with <c>forward</c>, which skips hooks, is not seen.
/// </remarks>
internal sealed class NormalizationCheck(long[] batchSizes, long samples, TrainerOptions options, int ranks) : IDisposable
{
    private readonly string? _reason = OneLeft(batchSizes, samples, options, ranks);
    private readonly List<Action> _removals = [];
    private string? _single;

    /// <summary>Watches the layers of a module until disposal, where the run has a batch or a micro-batch of one sample.</summary>
    /// <param name="owner">What the module is, for messages.</param>
    /// <param name="module">The module.</param>
    /// <param name="trains">Whether a layer is trained; one that is kept in evaluation mode normalizes by its stored statistics.</param>
    /// <returns>Whether there is a layer to watch.</returns>
    public bool Watch(string owner, torch.nn.Module module, Func<torch.nn.Module, bool> trains)
    {
        int before = _removals.Count;
        foreach ((string name, torch.nn.Module layer) in _reason is null || module is torch.jit.ScriptModule
            ? []
            : module.named_modules().Prepend(("", module)))
        {
            if (layer is BatchNorm normalization && trains(layer))
            {
                string what = name.Length == 0 ? $"of the {owner}" : $"'{name}' of the {owner}";
                _removals.Add(normalization.register_forward_pre_hook((_, input) =>
                {
                    _single ??= input.dim() > 1 && input.numel() == input.size(0) * input.size(1) ? what : null;
                    return input;
                }).remove);
            }
        }

        return _removals.Count > before;
    }

    /// <summary>
    /// Watches the layers of what a loss learns, on the first batch. The loss is computed for it once, and that leaves no trace: what it remembers and the
    /// generator of random numbers are as before.
    /// </summary>
    public void Watch(string learner, IDistillationLoss loss, DistillationContext first)
    {
        if (loss.Module is not { } learned || !Watch($"loss of the {learner}", learned, static _ => true))
        {
            return;
        }

        using var memory = new TensorSnapshot([.. learned.buffers()]);
        memory.Keep();
        using Tensor chance = ForkedRng.State;
        using (ModuleTree.Evaluating(learned))
        {
            _ = loss.Compute(first);
        }

        memory.Restore();
        ForkedRng.Restore(chance);
    }

    /// <exception cref="InvalidOperationException">A watched layer would get a single value per channel.</exception>
    public void Require()
    {
        if (_single is not null)
        {
            throw new InvalidOperationException(
                $"{_reason}, of which batch normalization {_single} would get a single value per channel, and the variance of one value is not a number. "
                + $"Set {nameof(TrainerOptions.LastBatch)} to {nameof(LastBatch)}.{nameof(LastBatch.Drop)}, or another {nameof(TrainerOptions.BatchSize)} "
                + $"or {nameof(TrainerOptions.MicroBatchSize)}; or keep the layer in evaluation mode, or use another normalization.");
        }
    }

    public void Dispose() => _removals.ForEach(remove => remove());

    private static string? OneLeft(long[] sizes, long samples, TrainerOptions options, int ranks)
    {
        if (sizes.Contains(1))
        {
            return FormattableString.Invariant($"{nameof(TrainerOptions.BatchSize)} {options.BatchSize} leaves a batch of one of {samples} samples");
        }

        string split = options.MicroBatchSize is { } size
            ? string.Create(CultureInfo.InvariantCulture, $"{nameof(TrainerOptions.MicroBatchSize)} {size} with ")
            : "";
        string batches = string.Create(CultureInfo.InvariantCulture, $"{split}{nameof(TrainerOptions.BatchSize)} {options.BatchSize}");
        if (ranks > 1 && Array.Exists(sizes, size => HasPartOfOne(size, ranks, options)))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{batches} on {ranks} ranks leaves a part of one of {samples} samples");
        }

        return options.MicroBatchSize is { } micro && Array.Exists(sizes, size => Smallest(size, micro) == 1)
            ? string.Create(CultureInfo.InvariantCulture, $"{batches} leaves a micro-batch of one of {samples} samples")
            : null;
    }

    private static bool HasPartOfOne(long batch, int ranks, TrainerOptions options)
    {
        long part = RankParts.Size(batch, ranks);
        long micro = options.MicroBatchSize ?? part;
        return Math.Min(Smallest(part, Math.Min(part, micro)), Smallest(Smallest(batch, part), Math.Min(part, micro))) == 1;
    }

    private static long Smallest(long batch, long size) => batch % size == 0 ? size : batch % size;
}
