using System.Collections;
using System.Collections.Frozen;

namespace Distillation;

/// <summary>A set of inner layers. Immutable; two sets with the same layers are equal.</summary>
public sealed class FeatureSet : IReadOnlyCollection<Feature>, IEquatable<FeatureSet>
{
    private readonly FrozenSet<Feature> _features;

    private FeatureSet(FrozenSet<Feature> features) => _features = features;

    /// <summary>Gets the empty set: the logits alone.</summary>
    public static FeatureSet None { get; } = new(FrozenSet<Feature>.Empty);

    /// <inheritdoc/>
    public int Count => _features.Count;

    /// <summary>Creates a set.</summary>
    /// <param name="features">The layers; a layer named twice counts once.</param>
    /// <returns>The set.</returns>
    public static FeatureSet Of(params IEnumerable<Feature> features)
    {
        FrozenSet<Feature> set = features.ToFrozenSet();
        return set.Count == 0 ? None : new(set);
    }

    /// <summary>Unites two sets.</summary>
    /// <param name="left">One set.</param>
    /// <param name="right">The other set.</param>
    /// <returns>Every layer that is in either.</returns>
    public static FeatureSet operator |(FeatureSet left, FeatureSet right) =>
        left.Count == 0 ? right : right.Count == 0 ? left : Of(left.Concat(right));

    /// <summary>Returns whether a layer is in the set.</summary>
    /// <param name="feature">The layer.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool Contains(Feature feature) => _features.Contains(feature);

    /// <inheritdoc/>
    public bool Equals(FeatureSet? other) => ReferenceEquals(this, other) || (other is not null && _features.SetEquals(other._features));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FeatureSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _features.Aggregate(0, (hash, feature) => hash ^ feature.GetHashCode());

    /// <inheritdoc/>
    public IEnumerator<Feature> GetEnumerator() => ((IEnumerable<Feature>)_features).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _features.Select(feature => feature.Path).Order(StringComparer.Ordinal));
}
