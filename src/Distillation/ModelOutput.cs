namespace Distillation;

/// <summary>The outputs of a model for one batch: logits and features.</summary>
public sealed class ModelOutput
{
    private readonly IReadOnlyDictionary<Feature, Tensor>? _features;

    /// <summary>Creates the outputs of a model for one batch.</summary>
    /// <param name="logits">The outputs before the softmax, [N, C]; of a regression, the predictions.</param>
    /// <param name="features">The outputs of the required inner layers.</param>
    public ModelOutput(Tensor logits, IReadOnlyDictionary<Feature, Tensor>? features = null)
    {
        Logits = Require.Present(logits);
        _features = features is { Count: > 0 } ? features : null;
    }

    /// <summary>Gets the outputs before the softmax, [N, C]; of a regression, the predictions.</summary>
    public Tensor Logits { get; }

    /// <summary>Gets the layers that are here.</summary>
    public IEnumerable<Feature> Features => _features?.Keys ?? [];

    /// <summary>Gets the output of an inner layer, [N, ...].</summary>
    /// <param name="feature">The layer.</param>
    /// <exception cref="KeyNotFoundException">The layer was not required, or the model did not output it.</exception>
    public Tensor this[Feature feature] =>
        _features is not null && _features.TryGetValue(feature, out Tensor? value)
            ? value
            : throw new KeyNotFoundException(
                $"The output has no layer '{feature}'. It has: {(_features is null ? "the logits alone" : string.Join(", ", _features.Keys))}. "
                + $"A loss names the layers it reads in {nameof(IDistillationLoss)}.{nameof(IDistillationLoss.Features)}.");

    /// <summary>Returns the same layers with other logits: for a loss that changes what another loss sees.</summary>
    /// <param name="logits">The logits.</param>
    /// <returns>The output.</returns>
    public ModelOutput WithLogits(Tensor logits) => new(logits, _features);

    /// <summary>Takes the outputs out of the graph, so that no gradient flows back into the model.</summary>
    /// <returns>The same values as constants.</returns>
    public ModelOutput Detach() => new(Logits.detach(), _features?.ToDictionary(feature => feature.Key, feature => feature.Value.detach()));
}
