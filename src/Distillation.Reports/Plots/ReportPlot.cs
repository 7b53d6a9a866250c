using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>A plot with its numbers.</summary>
public abstract record ReportPlot : ReportBlock, IPlot
{
    private protected ReportPlot()
    {
    }

    /// <summary>Gets the title.</summary>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public required string Title { get; init => field = Require.Text(value); }

    /// <summary>Draws the plot as a file of its own.</summary>
    /// <returns>SVG, whose colors follow the light or dark scheme of the reader.</returns>
    public string ToSvg()
    {
        XElement svg = Draw();
        svg.AddFirst(new XElement(svg.Name.Namespace + "style", PlotStyle.Sheet));
        return svg.ToString(SaveOptions.DisableFormatting);
    }

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name} '{Title}'";

    internal sealed override void Accept(IBlockWriter writer) => writer.Write(this);

    internal abstract XElement Draw();

    internal abstract ReportTable Numbers();

    internal abstract void WriteMembers(Utf8JsonWriter json);

    XElement IPlot.Draw() => Draw();

    ReportTable IPlot.Numbers() => Numbers();

    void IPlot.WriteMembers(Utf8JsonWriter json) => WriteMembers(json);
}
