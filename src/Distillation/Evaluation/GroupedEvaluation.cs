namespace Distillation.Evaluation;

/// <summary>The evaluation of a model in whole, in groups of samples, and row by row: what a comparison of two models needs.</summary>
internal sealed record GroupedEvaluation
{
    // More groups add nothing to the bootstrap but work.
    private const int MaxGroups = 100;
    private const int MaxBatch = 256;

    /// <summary>Gets the report on all samples.</summary>
    public required EvaluationReport Report { get; init; }

    /// <summary>Gets the state of the metric on each group of samples.</summary>
    public required IReadOnlyList<GroupState> Groups { get; init; }

    /// <summary>Gets for each row whether it is right, as 0 or 1; empty for a task without classes.</summary>
    public required IReadOnlyList<byte> Hits { get; init; }

    /// <summary>Evaluates a model.</summary>
    public static GroupedEvaluation Of(
        ITeacher model, IDataSource data, EvaluationTask task, Metric metric, torch.Device device, CancellationToken cancellationToken)
    {
        long groupSize = ((data.Count - 1) / MaxGroups) + 1;
        var groups = new List<GroupState>();
        var hits = new List<byte>();
        using var whole = new EvaluationAccumulator(task);
        using MetricAccumulator ofGroup = metric.CreateAccumulator();
        for (long start = 0; start < data.Count; start += groupSize)
        {
            ofGroup.Reset();
            long end = Math.Min(start + groupSize, data.Count);
            for (long from = start; from < end; from += MaxBatch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = torch.NewDisposeScope();
                using var noGradient = torch.no_grad();
                Batch batch = DataPass.Read(data, from, (int)Math.Min(MaxBatch, end - from), device);
                Tensor output = model.Predict(batch, FeatureSet.None, cancellationToken).Logits;
                whole.Update(output, batch);
                var input = new MetricInput(output, batch, task.IgnoredLabel);
                ofGroup.Add(input);
                if (task.Kind == TaskKind.Classes)
                {
                    hits.AddRange(input.Classes.Predicted.eq(input.Classes.Labels).to(torch.ScalarType.Byte).cpu().data<byte>());
                }
            }

            groups.Add(GroupState.Of(ofGroup));
        }

        return new() { Report = whole.Compute(), Groups = groups, Hits = hits };
    }

    /// <summary>Tests whether two models err equally often; <see langword="null"/> for a task without classes.</summary>
    public McNemarTest? CompareHits(GroupedEvaluation other) => Hits.Count == 0
        ? null
        : McNemarTest.Of(Hits.Zip(other.Hits).Count(pair => pair is (1, 0)), Hits.Zip(other.Hits).Count(pair => pair is (0, 1)));
}
