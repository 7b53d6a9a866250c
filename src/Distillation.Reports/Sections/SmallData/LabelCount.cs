using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>The runs of a model distillation with one number of labeled samples.</summary>
internal sealed class LabelCount
{
    private LabelCount(long labels, IReadOnlyList<ModelDistillationReport> runs, bool hasOneRecipe)
    {
        (Labels, Runs) = (labels, runs);

        // One line for all numbers of labels, though a search may have chosen another recipe for each.
        Arms = Arm.Of(runs, hasOneRecipe ? null : "original by the recipe");
    }

    public long Labels { get; }

    public IReadOnlyList<ModelDistillationReport> Runs { get; }

    public IReadOnlyList<Arm> Arms { get; }

    public Arm Plain => new("plain", [.. Runs.Select(run => run.Plain)]);

    public Arm Final => new("final", [.. Runs.Select(run => run.Final)]);

    /// <summary>Returns the numbers of labels in ascending order.</summary>
    /// <exception cref="ArgumentException">There is none, one is not positive or has no run, or the runs are of several tasks.</exception>
    public static IReadOnlyList<LabelCount> Of(IReadOnlyDictionary<long, RepeatedDistillationReport> reports)
    {
        if (reports.Count == 0)
        {
            throw new ArgumentException("There must be the report of at least one number of labeled samples.", nameof(reports));
        }

        foreach ((long labels, RepeatedDistillationReport report) in reports)
        {
            if (labels <= 0 || report is null || report.Runs.Count == 0)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Each number of labels must be positive and have a run, but {labels} has {report?.Runs.Count ?? 0}."),
                    nameof(reports));
            }
        }

        string[] tasks = [.. reports.Values.SelectMany(report => report.Runs).Select(run => run.Final.Task).Distinct()];
        if (tasks.Length > 1)
        {
            throw new ArgumentException($"All runs must be of one task, but are of {string.Join(", ", tasks)}.", nameof(reports));
        }

        bool hasOneRecipe = reports.Values.SelectMany(report => report.Runs).Select(run => run.Recipe.Name).Distinct().Count() == 1;
        return [.. reports.OrderBy(report => report.Key).Select(report => new LabelCount(report.Key, report.Value.Runs, hasOneRecipe))];
    }

    /// <summary>Returns what the recipe changed: over several runs in the first metric of the task that is finite, of one run its own sentence.</summary>
    public string Sentence() => Runs.Count == 1
        ? Runs[0].Sentence()
        : RepeatedGains.Of(Runs).SelectMany(gain => gain.Sentences()).FirstOrDefault() ?? "no metric is finite in each run.";
}
