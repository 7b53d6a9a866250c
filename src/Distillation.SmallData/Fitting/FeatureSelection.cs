namespace Distillation.SmallData;

/// <summary>Chooses parts of a <see cref="FeatureExtractor"/> among candidates, such as layers and poolings, by exact leave-one-out.</summary>
/// <remarks>
/// <para>
/// The candidate with the smallest negative log-likelihood of a <see cref="KernelRidge"/> comes first; then the one that lowers it most in addition, as long as
/// it does by <see cref="MinGain"/> (greedy forward selection).
/// </para>
/// <para>
/// Inner products add up over parts. So each candidate has one Gram matrix [M, M], computed once, and no model is fitted anew: a set of parts costs one
/// eigendecomposition for each kernel width.
/// </para>
/// </remarks>
public sealed record FeatureSelection
{
    /// <summary>Gets the most parts that are chosen.</summary>
    /// <value>Positive. The default value is 3.</value>
    public int MaxParts { get; init => field = Require.Positive(value); } = 3;

    /// <summary>Gets by how much another part must lower the negative log-likelihood, in nats a sample.</summary>
    /// <value>Zero or positive. The default value is 0.003.</value>
    public double MinGain { get; init => field = Require.NotNegative(value); } = 0.003;

    /// <summary>Gets the kernel widths, the ridges and the number of samples that choose.</summary>
    /// <value>The default value is a <see cref="KernelRidge"/> with its defaults. Its feature map is not used.</value>
    public KernelRidge Ridge { get; init => field = Require.Present(value); } = new();

    /// <summary>Chooses parts.</summary>
    /// <param name="candidates">Computes all candidates: its <see cref="FeatureExtractor.Parts"/>. The teacher runs once for each sample.</param>
    /// <param name="data">Inputs and class ids.</param>
    /// <param name="seed">Any number: it draws the samples that choose where there are more than <see cref="KernelRidge.SelectionLimit"/>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The chosen parts, and all scores.</returns>
    /// <exception cref="OperationCanceledException">The search was ended.</exception>
    public FeatureSelectionResult Choose(FeatureExtractor candidates, LabeledSamples data, int seed = 0, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<FeaturePart> parts = Require.Present(candidates).Parts;
        Require.Present(data);
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor? some = Ridge.DrawForSelection(data.Count, seed, data.Inputs.device);
        Tensor inputs = some is null ? data.Inputs : data.Inputs.index_select(0, some);
        Tensor labels = some is null ? data.RequireLabels(nameof(FeatureSelection)) : data.RequireLabels(nameof(FeatureSelection)).index_select(0, some);
        Tensor targets = LeaveOneOut.Targets(labels, data.Classes);
        Tensor[] grams = [.. candidates.DescribeParts(inputs).Select(Gram)];

        FeatureScore[] singles = [.. parts.Select((part, number) => Score(grams[number], [part]))];
        int best = Array.IndexOf(singles, singles.MinBy(score => score.NegativeLogLikelihood));
        List<FeatureScore> steps = [singles[best]];
        List<int> left = [.. Enumerable.Range(0, parts.Count).Where(number => number != best)];
        Tensor sum = grams[best];
        while (steps.Count < MaxParts && left.Count > 0)
        {
            (int number, FeatureScore next) = left.Select(number => (number, Score(sum.Add(grams[number]), [.. steps[^1].Parts, parts[number]])))
                .MinBy(step => step.Item2.NegativeLogLikelihood);
            if (next.NegativeLogLikelihood > steps[^1].NegativeLogLikelihood - MinGain)
            {
                break;
            }

            steps.Add(next);
            left.Remove(number);
            sum = sum.Add(grams[number]);
        }

        return new FeatureSelectionResult { Singles = singles, Steps = steps };

        FeatureScore Score(Tensor gram, IReadOnlyList<FeaturePart> of)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new() { Parts = of, NegativeLogLikelihood = Cost(gram, targets, labels) };
        }
    }

    private static Tensor Gram(Tensor values)
    {
        using var scope = torch.NewDisposeScope();
        Tensor exact = values.to(torch.ScalarType.Float64);
        return exact.matmul(exact.t()).MoveToOuterDisposeScope();
    }

    private double Cost(Tensor gram, Tensor targets, Tensor labels)
    {
        using var scope = torch.NewDisposeScope();
        Tensor lengths = gram.diagonal();
        Tensor distances = gram.Mul(-2).AddInPlace(lengths.unsqueeze(0)).AddInPlace(lengths.unsqueeze(1)).ClampMinInPlace(0);
        distances.diagonal().zero_();
        double median = LeaveOneOut.MedianDistance(distances);
        var rules = TaskRules.Of(EvaluationTask.Classification);
        return Ridge.Bandwidths.Min(bandwidth =>
        {
            using var inner = torch.NewDisposeScope();
            Tensor kernel = new KernelRidgeTeacher.Kernel(bandwidth * median).Of(gram, distances);
            return LeaveOneOut.Choose(kernel, targets, leftOut => rules.CalibratedCost(leftOut, labels), Ridge.Ridges).Cost;
        });
    }
}
