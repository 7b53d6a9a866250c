using System.Globalization;

namespace Distillation.Reports;

/// <summary>The report of a training or of a study in one line.</summary>
internal static class ProgressText
{
    /// <summary>Returns such as <c>loss 0.1234, Accuracy 0.9, 12.5 s left, epoch 3/10</c>: a narrow terminal cuts off the end.</summary>
    public static string Of(TrainingProgress report, Metric? metric)
    {
        var words = new List<string> { $"loss {Brief.Of(report.Loss)}" };
        if (report.Validation is { } validation && (metric?.Name ?? validation.Metrics.Keys.FirstOrDefault()) is { } name
            && validation.Metrics.TryGetValue(name, out double value))
        {
            words.Add($"{name} {Brief.Of(value)}");
        }

        if (report.Remaining > TimeSpan.Zero)
        {
            words.Add($"{Duration.Of(report.Remaining)} left");
        }

        TrainingPosition position = report.Position;
        string of = position is { TotalSteps: > 0, StepsPerEpoch: > 0 }
            ? string.Create(CultureInfo.InvariantCulture, $"/{(position.TotalSteps + position.StepsPerEpoch - 1) / position.StepsPerEpoch}")
            : "";
        words.Add(string.Create(CultureInfo.InvariantCulture, $"epoch {position.Epoch}{of}"));
        return Printable.Line(string.Join(", ", words));
    }

    /// <summary>Returns such as <c>T = 4, Accuracy 0.9, 12.5 s left, training 3/20</c>.</summary>
    public static string Of(StudyProgress report)
    {
        var words = new List<string> { report.Name, $"{report.Metric} {Brief.Of(report.Value)}" };
        if (report.Completed > 0 && report.Elapsed / report.Completed * (report.Total - report.Completed) is var left && left > TimeSpan.Zero)
        {
            words.Add($"{Duration.Of(left)} left");
        }

        words.Add(string.Create(CultureInfo.InvariantCulture, $"training {report.Completed}/{report.Total}"));
        return Printable.Line(string.Join(", ", words));
    }
}
