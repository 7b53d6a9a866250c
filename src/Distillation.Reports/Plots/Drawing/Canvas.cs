using System.Globalization;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>An SVG image under construction. Lengths are units of its own; the reader scales it to the width of the page.</summary>
/// <remarks>
/// Not drawn by ScottPlot 5: on a machine without fonts its texts have no width and its axes no labels; with fonts each letter has the place that the font of
/// that machine gives it, and not that of the reader; its colors are fixed, which leaves no dark scheme; and it needs SkiaSharp 3 where TorchSharp is built
/// with 2.88.
/// </remarks>
internal sealed class Canvas
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly XName Name = Svg + "svg";

    private readonly XElement _root;

    public Canvas(double width, double height, string title, string description)
    {
        _root = new(
            Name,
            new XAttribute("class", "plot"),
            new XAttribute("viewBox", $"0 0 {Length(width)} {Length(height)}"),
            new XAttribute("role", "img"),
            new XAttribute("aria-label", Printable.Of($"{title}. {description}")),
            new XElement(Svg + "title", Printable.Of(title)),
            new XElement(Svg + "desc", Printable.Of(description)));
    }

    public XElement Root => _root;

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Add("line", style, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    /// <summary>Adds lines from point to point.</summary>
    public void Path(string style, IEnumerable<(double X, double Y)> points) => _root.Add(new XElement(
        Svg + "polyline",
        new XAttribute("class", style),
        new XAttribute("points", string.Join(' ', points.Select(point => $"{Length(point.X)},{Length(point.Y)}")))));

    /// <summary>Adds a dot with what a pointer above it reads.</summary>
    public void Dot(string style, double x, double y, double radius, string hint) =>
        Add("circle", style, ("cx", x), ("cy", y), ("r", radius)).Add(new XElement(Svg + "title", Printable.Of(hint)));

    /// <summary>Adds a rectangle with what a pointer above it reads, as strong as given.</summary>
    public void Box(string style, (double X, double Y) corner, (double Width, double Height) size, string hint, double opacity = 1)
    {
        XElement box = Add("rect", style, ("x", corner.X), ("y", corner.Y), ("width", size.Width), ("height", size.Height));
        if (opacity < 1)
        {
            box.Add(new XAttribute("fill-opacity", opacity.ToString("0.###", CultureInfo.InvariantCulture)));
        }

        box.Add(new XElement(Svg + "title", Printable.Of(hint)));
    }

    /// <summary>Adds text. Styles begin with <c>start</c>, <c>middle</c> or <c>end</c>: the place of x in the text.</summary>
    public void Text(string style, double x, double y, string text) => Add("text", style, ("x", x), ("y", y)).Add(Printable.Of(text));

    /// <summary>Adds text that runs upward at an angle and ends at the place.</summary>
    public void Slanted(string style, double x, double y, string text)
    {
        XElement element = Add("text", style, ("x", x), ("y", y));
        element.Add(new XAttribute("transform", $"rotate(-45 {Length(x)} {Length(y)})"), Printable.Of(text));
    }

    private XElement Add(string name, string style, params ReadOnlySpan<(string Name, double Value)> lengths)
    {
        var element = new XElement(Svg + name, new XAttribute("class", style));
        foreach ((string attribute, double value) in lengths)
        {
            element.Add(new XAttribute(attribute, Length(value)));
        }

        _root.Add(element);
        return element;
    }

    private static string Length(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
