namespace Distillation;

/// <summary>The outputs of a model for one batch: logits and features.</summary>
public sealed class ModelOutput
{
    private readonly IReadOnlyDictionary<Feature, Tensor>? _features;
    private Tensor? _logits;

    /// <summary>Creates the outputs of a model for one batch.</summary>
    /// <param name="logits">The outputs before the softmax, [N, C]; of a regression, the predictions.</param>
    /// <param name="features">The outputs of the required inner layers.</param>
    public ModelOutput(Tensor logits, IReadOnlyDictionary<Feature, Tensor>? features = null)
    {
        _logits = Require.Present(logits);
        _features = features is { Count: > 0 } ? features : null;
    }

    /// <summary>Creates the outputs of a model that has not computed its logits.</summary>
    internal ModelOutput(HeadLogits head, IReadOnlyDictionary<Feature, Tensor>? features = null)
    {
        Head = head;
        _features = features;
    }

    /// <summary>Gets the outputs before the softmax, [N, C]; of a regression, the predictions.</summary>
    public Tensor Logits => _logits ??= Head!.Compute();

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
    public ModelOutput Detach() => Map(head => head.Detach(), tensor => tensor.detach());

    /// <summary>Gets the logits before they are computed; <see langword="null"/> where the model has computed them.</summary>
    internal HeadLogits? Head { get; }

    /// <summary>Gets the number of dimensions of the logits.</summary>
    internal long LogitDimensions => Head?.Hidden.dim() ?? Logits.dim();

    /// <summary>Gets where the logits are.</summary>
    internal torch.Device Device => (Head?.Hidden ?? Logits).device;

    /// <summary>Returns the same layers with logits that are not computed.</summary>
    internal ModelOutput WithHead(HeadLogits head) => new(head, _features);

    /// <summary>Computes the logits with the weights of now.</summary>
    internal ModelOutput WithComputedLogits() => Head is null ? this : WithLogits(Logits);

    /// <summary>Returns whether logits and layers begin with so many samples.</summary>
    internal bool HasSamples(long count) => All(tensor => tensor.dim() > 0 && tensor.size(0) == count);

    /// <summary>Returns whether logits and layers are of sequences of so many places.</summary>
    internal bool HasPlaces(long places) => All(tensor => tensor.dim() > 2 && tensor.size(1) == places);

    /// <summary>Makes the places of sequences samples of their own.</summary>
    internal ModelOutput Flatten() => Map(head => head.Flatten(), tensor => tensor.flatten(0, 1));

    /// <summary>Takes some of the samples.</summary>
    internal ModelOutput Narrow(long start, long count) => Map(head => head.Narrow(start, count), tensor => tensor.narrow(0, start, count));

    private bool All(Func<Tensor, bool> condition) => (_features?.Values ?? Enumerable.Empty<Tensor>()).Append(Head?.Hidden ?? Logits).All(condition);

    private ModelOutput Map(Func<HeadLogits, HeadLogits> ofHead, Func<Tensor, Tensor> ofTensor)
    {
        Dictionary<Feature, Tensor>? features = _features?.ToDictionary(feature => feature.Key, feature => ofTensor(feature.Value));
        return Head is { } head ? new(ofHead(head), features) : new(ofTensor(Logits), features);
    }
}
