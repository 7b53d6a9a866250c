using System.Globalization;

namespace Distillation.Text;

/// <summary>How well spans were found: those with the same place and label count as found.</summary>
/// <remarks>The measure of the CoNLL shared tasks (Tjong Kim Sang and De Meulder, 2003). A precision or recall of nothing is 0.</remarks>
public sealed record SpanReport
{
    /// <summary>Gets the share of the found spans that are right, in [0, 1].</summary>
    public required double Precision { get; init; }

    /// <summary>Gets the share of the spans that were found, in [0, 1].</summary>
    public required double Recall { get; init; }

    /// <summary>Gets the harmonic mean of <see cref="Precision"/> and <see cref="Recall"/>, in [0, 1].</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>Gets the number of spans that there are.</summary>
    public required int Count { get; init; }

    /// <summary>Gets the same for the spans of each label; empty in the report of a label.</summary>
    public required IReadOnlyDictionary<string, SpanReport> Labels { get; init; }

    /// <summary>Compares found spans with those of annotated texts.</summary>
    /// <param name="expected">The texts with their spans.</param>
    /// <param name="found">For each text the spans that were found, such as those of <see cref="SpanExtractor"/>.</param>
    /// <returns>The report over all spans.</returns>
    /// <exception cref="ArgumentException">There is not one list for each text.</exception>
    public static SpanReport Compare(IReadOnlyList<AnnotatedText> expected, IReadOnlyList<IReadOnlyList<ExtractedSpan>> found)
    {
        Require.Present(expected);
        Require.Present(found);
        if (expected.Count != found.Count)
        {
            throw new ArgumentException($"There must be spans for each of the {expected.Count} texts, but there are {found.Count} lists.", nameof(found));
        }

        HashSet<(int Text, TextSpan Span)> right = [.. expected.Index().SelectMany(text => text.Item.Spans.Select(span => (text.Index, span)))];
        HashSet<(int Text, TextSpan Span)> all = [.. found.Index().SelectMany(text => text.Item.Select(span => (text.Index, span.Span)))];
        IEnumerable<string> labels = right.Concat(all).Select(one => one.Span.Label).Distinct().Order(StringComparer.Ordinal);
        return Of(right, all) with
        {
            Labels = labels.ToDictionary(
                label => label,
                label => Of([.. right.Where(one => one.Span.Label == label)], [.. all.Where(one => one.Span.Label == label)])),
        };
    }

    /// <summary>Describes the report: a line for all spans, and one for each label.</summary>
    /// <returns>The lines, with 4 significant digits.</returns>
    public string Describe() =>
        string.Join(Environment.NewLine, Labels.Select(label => Line(label.Key, label.Value)).Prepend(Line("all", this)));

    private static SpanReport Of(HashSet<(int Text, TextSpan Span)> right, HashSet<(int Text, TextSpan Span)> found)
    {
        double hits = found.Count(right.Contains);
        return new()
        {
            Precision = hits / Math.Max(1, found.Count),
            Recall = hits / Math.Max(1, right.Count),
            Count = right.Count,
            Labels = new Dictionary<string, SpanReport>(),
        };
    }

    private static string Line(string name, SpanReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: F1 {report.F1:G4}, precision {report.Precision:G4}, recall {report.Recall:G4}, {report.Count} spans");
}
