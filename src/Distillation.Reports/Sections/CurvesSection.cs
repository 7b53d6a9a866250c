namespace Distillation.Reports;

/// <summary>The curves of a run over its epochs.</summary>
internal static class CurvesSection
{
    private const string Epoch = "epoch";

    // A larger ratio leaves the smaller curves flat on the ground of a linear axis.
    private const double LogFrom = 30;

    public static ReportSection? Of(TrainingRun run)
    {
        IReadOnlyList<TrainingProgress> history = run.Result.History;
        if (history.Count == 0)
        {
            return null;
        }

        var plots = new List<ReportBlock> { Losses(history) };
        plots.AddRange(history.SelectMany(report => report.Validation?.Metrics.Keys ?? []).Distinct().Select(metric => Plot(
            $"{metric} in validation",
            [Series(metric, history, report => report.Validation?.Metrics.TryGetValue(metric, out double value) is true ? value : null)])));
        plots.Add(Plot("Learning rate", [Series("learning rate", history, report => report.LearningRate)]) with { LogY = false });
        if (history.Any(report => report.GradientNorm is not null))
        {
            plots.Add(Plot("Gradient norm", [Series("gradient norm", history, report => report.GradientNorm)]));
        }

        return new() { Title = "Curves", Blocks = plots };
    }

    private static LinePlot Losses(IReadOnlyList<TrainingProgress> history)
    {
        PlotSeries loss = Series("loss", history, report => report.Loss);
        List<PlotSeries> terms =
        [
            .. history.SelectMany(report => report.Terms.Keys).Distinct().Select(term =>
                Series(term.Length > 0 ? term : "term", history, report => report.Terms.TryGetValue(term, out double value) ? value : null)),
        ];

        // One term of weight one is the loss.
        bool isLoss = terms.Count == 1 && terms[0].Points.SequenceEqual(loss.Points);
        return Plot(terms.Count > 0 ? "Loss and its terms" : "Loss", isLoss ? [loss with { Name = $"loss = {terms[0].Name}" }] : [loss, .. terms]);
    }

    private static LinePlot Plot(string title, IReadOnlyList<PlotSeries> series)
    {
        double[] values = [.. series.SelectMany(one => one.Points).Select(point => point.Y).Where(double.IsFinite)];
        return new()
        {
            Title = title,
            Series = series,
            XLabel = Epoch,
            LogY = values.Length > 0 && values.Min() > 0 && values.Max() / values.Min() > LogFrom,
        };
    }

    private static PlotSeries Series(string name, IReadOnlyList<TrainingProgress> history, Func<TrainingProgress, double?> value) => new()
    {
        Name = string.IsNullOrWhiteSpace(name) ? "unnamed" : name,
        Points = [.. history.Select(report => (Report: report, Value: value(report))).Where(one => one.Value is not null)
            .Select(one => new PlotPoint(EpochOf(one.Report.Position), one.Value!.Value))],
    };

    // The last pass of a run of so many updates may not be whole.
    private static double EpochOf(TrainingPosition position) =>
        position.StepsPerEpoch > 0 ? (double)position.Step / position.StepsPerEpoch : position.Epoch;
}
