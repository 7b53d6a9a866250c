using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>What teacher and student cost to keep and to run.</summary>
internal static class CostSection
{
    public static ReportSection? Of(TrainingRun run)
    {
        (ModelCost? teacher, ModelCost? student, CompressionRatio? ratio) = (run.TeacherCost, run.StudentCost, run.Compression);
        if (teacher is null && student is null && ratio is null)
        {
            return null;
        }

        IReadOnlyList<ReportCell>[] rows =
        [
            Row("parameters", cost => cost.Parameters, ratio?.Parameters),
            Row("bytes", cost => cost.Bytes, ratio?.Bytes),
            Row("multiply-adds for a sample", MultiplyAdds, ratio?.MultiplyAdds),
            Row("time of a forward pass", cost => Duration.Of(cost.Latency), ratio?.Latency),
        ];
        var blocks = new List<ReportBlock> { new ReportTable(["cost", "teacher", "student", "teacher / student"], rows) };
        blocks.AddRange(Uncounted("teacher", teacher).Concat(Uncounted("student", student)));
        return new() { Title = "Costs", Blocks = blocks };

        IReadOnlyList<ReportCell> Row(string name, Func<ModelCost, ReportCell> of, double? times) =>
            [name, teacher is null ? "" : of(teacher), student is null ? "" : of(student), times is { } number ? (ReportCell)number : ""];
    }

    /// <summary>Returns the multiply-adds for a sample, or that they are unknown.</summary>
    public static ReportCell MultiplyAdds(ModelCost cost) => cost.MultiplyAdds is { } count ? (ReportCell)count : "unknown";

    /// <summary>Tells which layers of a model are not in its multiply-adds.</summary>
    public static IEnumerable<ReportBlock> Uncounted(string model, ModelCost? cost) => cost is null || cost.UncountedLayers.Count == 0
        ? []
        : [new ReportText { Text = $"Not in the multiply-adds of the {model}: {string.Join(", ", cost.UncountedLayers)}." }];
}
