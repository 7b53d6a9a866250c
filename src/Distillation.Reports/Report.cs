using System.Text;
using Distillation.Serialization;

namespace Distillation.Reports;

/// <summary>
/// Sections with text, tables and plots, that are written as one HTML file, as Markdown and as JSON. <see cref="Of(TrainingRun)"/> makes those of a training
/// run, <see cref="Of(StudyResult, string, IReadOnlyList{string})"/> those of a study, and <c>ToReport</c> those of the results of small data; sections of
/// one's own are added to <see cref="Sections"/>.
/// </summary>
/// <remarks>
/// The HTML file holds its images and styles, has no script, and loads nothing from anywhere: it is read offline, and may be sent by mail. Markdown has the
/// tables, and those of the numbers of the plots; JSON has all numbers with all of their digits. The same report gives the same bytes.
/// </remarks>
public sealed record Report
{
    /// <summary>Gets the title.</summary>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public required string Title { get; init => field = Require.Text(value); }

    /// <summary>Gets the sections in order.</summary>
    public required IReadOnlyList<ReportSection> Sections { get; init => field = Require.Present(value); }

    /// <summary>Creates the report of a training run.</summary>
    /// <param name="run">The run, and what is known of its models.</param>
    /// <returns>A report with a section for everything that the run has.</returns>
    /// <exception cref="ArgumentException">
    /// There is not one name for each class; or the baseline is of another task or has other classes than the student's evaluation, or there is none.
    /// </exception>
    public static Report Of(TrainingRun run)
    {
        Require.Present(run);
        var shown = ShownEvaluation.Of(run);
        IEnumerable<ReportSection?> sections =
        [
            SummarySection.Of(run, shown),
            BaselineSection.Of(run),
            CurvesSection.Of(run),
            GainsSection.Of(run, shown),
            ConfusionSection.Of(shown),
            CalibrationSection.Of(shown),
            AgreementSection.Of(run),
            CostSection.Of(run),
            SettingsSection.Of(run),
        ];
        return new() { Title = run.Title, Sections = [.. sections.OfType<ReportSection>()] };
    }

    /// <summary>Creates the report of a study.</summary>
    /// <param name="result">The result of the study.</param>
    /// <param name="title">The title of the report.</param>
    /// <param name="classNames">The names of the classes in order; their numbers are shown if not given.</param>
    /// <returns>A report with the verdict, the pairs, the candidates by size and quality, and the gains and losses of classes.</returns>
    /// <exception cref="ArgumentException">The title has no letters, or there is not one name for each class.</exception>
    public static Report Of(StudyResult result, string title = "Study", IReadOnlyList<string>? classNames = null)
    {
        Require.Present(result);
        IEnumerable<ReportSection?> sections =
        [
            StudyVerdictSection.Of(result),
            StudyPairsSection.Of(result),
            StudyCandidatesSection.Of(result),
            StudyGainsSection.Of(result, classNames ?? []),
        ];
        return new() { Title = title, Sections = [.. sections.OfType<ReportSection>()] };
    }

    /// <summary>
    /// Writes the report as <c>name.html</c>, <c>name.md</c> and <c>name.json</c>. Each file is written whole or not at all, and replaces one of its name.
    /// </summary>
    /// <param name="directory">The directory; made if it is missing.</param>
    /// <param name="name">The name of the files without an ending. The default is <c>report</c>.</param>
    /// <returns>The path of the HTML file.</returns>
    /// <exception cref="ArgumentException">A name is empty, or the name of the files has a directory in it.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public string Write(string directory, string name = "report")
    {
        Require.Text(directory);
        Require.Text(name);
        if (name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new ArgumentException($"The name of the files must have no directory in it, but was '{name}'.", nameof(name));
        }

        Write(directory, $"{name}.json", ToJson());
        Write(directory, $"{name}.md", ToMarkdown());
        return Write(directory, $"{name}.html", ToHtml());
    }

    /// <summary>Returns the report as an HTML document, which is well-formed XML too.</summary>
    public string ToHtml() => HtmlWriter.Write(Title, Sections);

    /// <summary>Returns the report as Markdown.</summary>
    public string ToMarkdown() => MarkdownWriter.Write(Title, Sections);

    /// <summary>Returns the report as JSON. A number that is not finite is the text <c>"NaN"</c>, <c>"Infinity"</c> or <c>"-Infinity"</c>.</summary>
    public string ToJson() => JsonWriter.Write(Title, Sections);

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {string.Join(", ", Sections.Select(section => section.Title))}";

    private static string Write(string directory, string name, string text)
    {
        string path = Path.Combine(directory, name);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AtomicFile.Replace(path, bytes);
        return path;
    }
}
