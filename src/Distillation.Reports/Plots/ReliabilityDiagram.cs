using System.Text.Json;
using System.Xml.Linq;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>How often a model is right by how sure it is. Bars on the dashed line are those of a calibrated model; fainter bars have fewer rows.</summary>
public sealed record ReliabilityDiagram : ReportPlot
{
    /// <summary>Gets the bins, of equal width from 0 to 1: see <see cref="EvaluationReport.Reliability"/>.</summary>
    public required IReadOnlyList<ReliabilityBin> Bins { get; init => field = Require.Present(value); }

    internal override XElement Draw()
    {
        var unit = AxisScale.Between(0, 1);
        long rows = Bins.Sum(bin => bin.Rows);
        var frame = new Frame(Title, $"{rows} rows in {Bins.Count} bins", (unit, unit), ("largest probability", "share that is right"), new([]), height: 320);
        double most = Bins.Select(bin => (double)bin.Rows).Append(1).Max();
        foreach ((int i, ReliabilityBin bin) in Bins.Index().Where(bin => bin.Item.Rows > 0))
        {
            (double low, double high) = ((double)i / Bins.Count, (i + 1.0) / Bins.Count);
            (double left, double top) = (frame.X(low) + 1, frame.Y(bin.Accuracy));
            frame.Canvas.Box(
                PlotStyle.Fill(0),
                (left, top),
                (frame.X(high) - left, Math.Max(1, frame.Bottom - top)),
                $"{Brief.Of(low)} to {Brief.Of(high)}: {bin.Rows} rows, accuracy {Brief.Of(bin.Accuracy)}, confidence {Brief.Of(bin.Confidence)}",
                0.35 + (0.65 * Math.Sqrt(bin.Rows / most)));
        }

        frame.Canvas.Path("guide", [(frame.X(0), frame.Y(0)), (frame.X(1), frame.Y(1))]);
        return frame.Canvas.Root;
    }

    internal override ReportTable Numbers() => new(
        ["largest probability", "rows", "accuracy", "mean probability"],
        Bins.Index().Where(bin => bin.Item.Rows > 0).Select(bin => (IReadOnlyList<ReportCell>)
            [
                $"{Brief.Of((double)bin.Index / Bins.Count)} to {Brief.Of((bin.Index + 1.0) / Bins.Count)}",
                bin.Item.Rows,
                bin.Item.Accuracy,
                bin.Item.Confidence,
            ]));

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "reliability");
        JsonNumbers.Write(json, "rows", Bins.Select(bin => (double)bin.Rows));
        JsonNumbers.Write(json, "accuracy", Bins.Select(bin => bin.Accuracy));
        JsonNumbers.Write(json, "confidence", Bins.Select(bin => bin.Confidence));
    }
}
