using System.Text.Json.Serialization;
using Distillation.Evaluation;

namespace Distillation;

/// <summary>How often each class was taken for each class. Immutable; two matrices with the same counts are equal.</summary>
[JsonConverter(typeof(ConfusionMatrixConverter))]
public sealed class ConfusionMatrix : IEquatable<ConfusionMatrix>
{
    private readonly long[] _counts;

    internal ConfusionMatrix(long[] counts, int classes) => (_counts, Classes) = (counts, classes);

    /// <summary>Gets the number of classes, C.</summary>
    public int Classes { get; }

    /// <summary>Gets how many samples of one class were taken for another.</summary>
    /// <param name="actual">The class of the label, in [0, C).</param>
    /// <param name="predicted">The class with the largest logit, in [0, C).</param>
    public long this[int actual, int predicted] =>
        _counts[(Require.InRange(actual, 0, Classes - 1) * Classes) + Require.InRange(predicted, 0, Classes - 1)];

    /// <summary>Returns the number of samples of a class.</summary>
    /// <param name="label">The class, in [0, C).</param>
    public long Samples(int label) => Sum(other => this[label, other]);

    /// <summary>Returns the share of a class among the samples that were taken for it.</summary>
    /// <param name="label">The class, in [0, C).</param>
    /// <returns>In [0, 1]; 0 where no sample was taken for it.</returns>
    public double Precision(int label) => Share(this[label, label], Sum(other => this[other, label]));

    /// <summary>Returns the share of a class's samples that were found.</summary>
    /// <param name="label">The class, in [0, C).</param>
    /// <returns>In [0, 1]; 0 where the class has no samples.</returns>
    public double Recall(int label) => Share(this[label, label], Samples(label));

    /// <summary>Returns the harmonic mean of precision and recall of a class.</summary>
    /// <param name="label">The class, in [0, C).</param>
    /// <returns>In [0, 1]; 0 where the class neither has samples nor was predicted.</returns>
    public double F1(int label) => Share(2 * this[label, label], Sum(other => this[other, label] + this[label, other]));

    /// <inheritdoc/>
    public bool Equals(ConfusionMatrix? other) => other is not null && Classes == other.Classes && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConfusionMatrix);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Classes, _counts.Sum());

    /// <inheritdoc/>
    public override string ToString() => $"{Classes} classes, {_counts.Sum()} samples";

    /// <summary>Gets the share of the samples that have the commonest class.</summary>
    internal double CommonestShare => Share(Enumerable.Range(0, Classes).Max(Samples), _counts.Sum());

    internal IReadOnlyList<long> Counts => _counts;

    internal bool Occurs(int label) => Sum(other => this[other, label] + this[label, other]) > 0;

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private long Sum(Func<int, long> term) => Enumerable.Range(0, Classes).Sum(term);
}
