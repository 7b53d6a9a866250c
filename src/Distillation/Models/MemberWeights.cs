namespace Distillation.Models;

/// <summary>The weights of an ensemble's members, for each sample or place of its own.</summary>
internal static class MemberWeights
{
    // Where every member is sure, or one alone has a weight and is wrong, the quotients are 0/0.
    private const double Tiny = 1e-12;

    /// <summary>Returns the logarithms of the weights.</summary>
    /// <param name="logits">The logits of each member, [N, C], [N, T, C] or [N, C, H, W].</param>
    /// <param name="weights">The weight of each member for all samples.</param>
    /// <param name="weighting">What else they depend on.</param>
    /// <param name="batch">The samples, with class ids [N], [N, T] or [N, H, W] for <see cref="EnsembleWeighting.Labels"/>.</param>
    /// <returns>For each member a tensor that is broadcast over the classes; the weights sum to 1 over the members.</returns>
    public static Tensor[] Logarithms(IReadOnlyList<Tensor> logits, IReadOnlyList<double> weights, EnsembleWeighting weighting, Batch batch)
    {
        int dimension = (int)((Shapes.ClassDimension(logits[0]) + logits[0].dim()) % logits[0].dim());
        torch.ScalarType type = logits[0].dtype;

        // Half precision does not have the smallest weight.
        IEnumerable<Tensor> wide = type == torch.ScalarType.Float64 ? logits : logits.Select(one => one.to(torch.ScalarType.Float32));
        IEnumerable<Tensor> costs = weighting == EnsembleWeighting.Entropy
            ? wide.Select(one => Entropy(one, dimension))
            : wide.Select(one => CrossEntropy(one, dimension, batch.Labels));
        Tensor cost = torch.stack([.. costs]);
        Tensor share = weighting == EnsembleWeighting.Entropy ? cost.div(cost.sum(0, keepdim: true).ClampMin(Tiny)) : cost.softmax(0);
        Tensor fix = torch.tensor([.. weights], cost.dtype, cost.device).view([weights.Count, .. Enumerable.Repeat(1L, (int)cost.dim() - 1)]);
        Tensor all = share.RSub(1.0).ClampMin(Tiny).mul(fix);
        return all.div(all.sum(0, keepdim: true)).log().to(type).unbind(0);
    }

    private static Tensor Entropy(Tensor logits, int dimension)
    {
        Tensor logarithms = torch.nn.functional.log_softmax(logits, dimension);
        Tensor probabilities = logarithms.exp();

        // A class that is ruled out adds nothing.
        return probabilities.mul(logarithms).MaskedFill(probabilities.Eq(0), 0).sum(dimension, keepdim: true).neg();
    }

    private static Tensor CrossEntropy(Tensor logits, int dimension, Tensor? labels)
    {
        long[] places = [.. logits.shape.Where((_, index) => index != dimension)];
        if (labels is null || !torch.is_integral(labels) || !labels.shape.SequenceEqual(places))
        {
            throw new InvalidOperationException(
                $"{nameof(EnsembleTeacher)}.{nameof(EnsembleTeacher.Weighting)} {nameof(EnsembleWeighting.Labels)} reads class ids "
                + $"[{string.Join(", ", places)}], but the batch has {(labels is null ? "no labels" : $"{Shapes.Of(labels)} {labels.dtype}")}. "
                + $"Use {nameof(EnsembleWeighting)}.{nameof(EnsembleWeighting.Entropy)}, which reads none.");
        }

        // An ignored label is no class: there all members weigh the same.
        Tensor ids = labels.to(torch.ScalarType.Int64).unsqueeze(dimension);
        Tensor isClass = ids.Ge(0).logical_and(ids.Lt(logits.size(dimension)));
        Tensor chosen = torch.nn.functional.log_softmax(logits, dimension).gather(dimension, ids.mul(isClass));
        return chosen.neg().MaskedFill(isClass.logical_not(), 0);
    }
}
