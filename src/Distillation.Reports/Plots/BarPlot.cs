using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>Bars from zero, to the right where positive and to the left where negative, such as gains and losses.</summary>
public sealed record BarPlot : ReportPlot
{
    private const double Bar = 22;
    private const double Top = 8;
    private const int LongestName = 18;

    /// <summary>Gets the bars, from top to bottom.</summary>
    public required IReadOnlyList<PlotBar> Bars { get; init => field = Require.Present(value); }

    /// <summary>Gets what the lengths are.</summary>
    /// <value>The default is <c>value</c>.</value>
    public string ValueLabel { get; init => field = Require.Text(value); } = "value";

    internal override XElement Draw()
    {
        var scale = AxisScale.Linear(Bars.Select(bar => bar.Value).Append(0), space: 0.06);
        double left = 16 + (6.8 * Bars.Select(bar => Math.Min(LongestName, bar.Name?.Length ?? 0)).Append(2).Max());
        double bottom = Top + (Bar * Bars.Count) + 4;
        var canvas = new Canvas(Frame.Width, bottom + 44, Title, Description());
        double X(double value) => left + (scale.Share(value) * (Frame.Width - 14 - left));
        foreach ((double tick, string label) in scale.Ticks.Zip(scale.Labels))
        {
            canvas.Line("grid", X(tick), Top, X(tick), bottom);
            canvas.Text("middle", X(tick), bottom + 16, label);
        }

        foreach ((int i, PlotBar bar) in Bars.Index())
        {
            double y = Top + (Bar * i);
            canvas.Text("end name", left - 8, y + 16, Printable.Short(bar.Name ?? "", LongestName));
            if (AxisScale.CanShow(bar.Value))
            {
                (double from, double to) = (X(Math.Min(0, bar.Value)), X(Math.Max(0, bar.Value)));
                canvas.Box(PlotStyle.Fill(bar.Value < 0 ? 1 : 0), (from, y + 4), (Math.Max(1, to - from), Bar - 8), $"{bar.Name}: {Brief.Of(bar.Value)}");
            }
        }

        canvas.Line("axis", X(0), Top, X(0), bottom);
        canvas.Text("middle", (left + Frame.Width - 14) / 2, bottom + 36, ValueLabel);
        return canvas.Root;
    }

    internal override ReportTable Numbers() => new(["name", ValueLabel], Bars.Select(bar => (IReadOnlyList<ReportCell>)[bar.Name, bar.Value]));

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "bars");
        json.WriteString("value label", Printable.Of(ValueLabel));
        JsonNumbers.Write(json, "names", Bars.Select(bar => bar.Name ?? ""));
        JsonNumbers.Write(json, "values", Bars.Select(bar => bar.Value));
    }

    private string Description() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Bars.Count(bar => bar.Value > 0)} above zero, {Bars.Count(bar => bar.Value < 0)} below");
}
