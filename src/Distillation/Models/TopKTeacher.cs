using Distillation.Losses;

namespace Distillation.Models;

/// <summary>
/// Gives the k likeliest classes of another teacher, and their log-probabilities, as layers beside its logits: the targets of a <see cref="SparseTargetLoss"/>.
/// </summary>
/// <remarks>
/// The layers are <see cref="SparseTargetLoss.Indices"/>, int64, and <see cref="SparseTargetLoss.LogProbabilities"/>, in the type of the logits: [N, k] for
/// logits [N, C], [N, T, k] for [N, T, C], [N, k, H, W] for [N, C, H, W]; the likeliest first.
/// </remarks>
/// <param name="inner">The teacher whose classes are listed; the caller disposes it.</param>
/// <param name="k">How many classes are listed; positive.</param>
public sealed class TopKTeacher(ITeacher inner, int k) : DelegatingTeacher(inner)
{
    private readonly int _k = Require.Positive(k);

    /// <inheritdoc/>
    public override IReadOnlyCollection<Feature>? AvailableFeatures =>
        Inner.AvailableFeatures is { } features ? [.. features, TopKFeatures.Indices, TopKFeatures.LogProbabilities] : null;

    /// <inheritdoc/>
    public override bool AcceptsRepeatedSamples => true;

    /// <inheritdoc/>
    public override string? Fingerprint() => Inner.Fingerprint() is { } inner ? FormattableString.Invariant($"{inner}, top {_k}") : null;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The teacher has fewer than k classes.</exception>
    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Feature[] ofInner = [.. Require.Present(features).Where(feature => feature != TopKFeatures.Indices && feature != TopKFeatures.LogProbabilities)];
        ModelOutput output = base.Predict(batch, FeatureSet.Of(ofInner));
        if (ofInner.Length == features.Count)
        {
            return output;
        }

        using var noGradient = torch.no_grad();
        int classes = Shapes.ClassDimension(output.Logits);
        if (output.Logits.size(classes) < _k)
        {
            throw new InvalidOperationException($"The {_k} likeliest classes are required, but the teacher output {Shapes.Of(output.Logits)}.");
        }

        using Tensor log = torch.nn.functional.log_softmax(output.Logits, classes);
        (Tensor values, Tensor indices) = log.topk(_k, classes);
        Dictionary<Feature, Tensor> layers = ofInner.ToDictionary(feature => feature, feature => output[feature]);
        (layers[TopKFeatures.Indices], layers[TopKFeatures.LogProbabilities]) = (indices, values);
        return new ModelOutput(output.Logits, layers);
    }
}
