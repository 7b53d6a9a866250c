using System.Reflection;
using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

/// <summary>The metrics of the library.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Metric> All { get; } =
    [
        .. typeof(Metric).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => property.GetValue(null)).OfType<Metric>(),
        new ExpectedCalibrationError(10),
        .. Enumerable.Range(1, 3).Select(Metric.TopKAccuracy),
        .. Enumerable.Range(0, 4).Select(Metric.LabelF1),
        .. new[] { 1, 2, 5, 10, 30 }.SelectMany(k => new[] { Metric.RecallAt(k), Metric.NdcgAt(k) }),
    ];

    public static Metric Of(string name) => All.Single(metric => metric.Name == name);

    /// <summary>A task of the library.</summary>
    public static EvaluationTask Task(string name) => (EvaluationTask)typeof(EvaluationTask).GetProperty(name)!.GetValue(null)!;

    /// <summary>Labels that a metric reads beside outputs [N, 4]: class ids, or else numbers that are 0 or 1.</summary>
    public static Tensor LabelsFor(Metric metric, long samples = 20)
    {
        using var scope = torch.NewDisposeScope();
        Tensor ids = Some.Labels(samples, 4, 3);
        try
        {
            _ = metric.Measure(new MetricInput(torch.zeros(samples, 4), Batch(torch.zeros(samples, 4), ids)));
            return ids.MoveToOuterDisposeScope();
        }
        catch (ArgumentException)
        {
            return Some.Inputs(samples, 4, 5).gt(0).to(torch.ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }

    public static Batch Batch(Tensor output, Tensor labels, Tensor? mask = null)
    {
        Tensor indices = torch.arange(output.size(0), torch.ScalarType.Int64);
        return mask is null ? new Batch(output, labels, indices) : new MaskedBatch(output, labels, indices, mask);
    }

    public static double Value(Metric metric, Tensor output, Batch batch)
    {
        using MetricAccumulator accumulator = metric.CreateAccumulator();
        accumulator.Update(output, batch);
        return accumulator.Compute();
    }
}
