using System.Globalization;
using Distillation;
using Distillation.Reports;
using Distillation.SmallData;

namespace QuickStart;

/// <summary>Puts the trials of a small-data run together.</summary>
internal static class SmallDataReport
{
    public static Findings Of(IReadOnlyList<SmallDataTrial> trials, string subject, IReadOnlyDictionary<string, ReportCell> settings)
    {
        string recipe = trials.Select(trial => trial.Report.Recipe.Name).Distinct().Count() == 1 ? $"'{trials[0].Report.Recipe.Name}'" : "distillation";
        Arm plain = Arm("plain original", report => report.Plain)!;
        Arm? control = Arm("same pool, known labels", report => report.Control);
        Arm final = Arm($"original by {recipe}", report => report.Final)!;
        Arm? simplified = Arm("simplified model 784-64-10", report => report.Distilled);
        Arm? teacher = Arm("the teacher itself", report => report.Teacher);
        Arm[] arms = [.. new[] { plain, control, final, simplified, teacher }.OfType<Arm>()];
        Spread againstPlain = Spread.Of(plain.Accuracy.Values, final.Accuracy.Values);
        Spread? againstControl = control is null ? null : Spread.Of(control.Accuracy.Values, final.Accuracy.Values);
        return new(
            "small-data",
            "Small data",
            subject,
            settings,
            trials[0].Found is null ? [ArmBlocks.Summary(arms)] : [SmallDataDetails.Recipes(trials), ArmBlocks.Summary(arms)],
            [.. Chosen(trials), .. Gains(trials, againstPlain, againstControl), Suspects(trials)],
            [.. ArmBlocks.Figures(arms, "seed", [.. trials.Select(trial => trial.Seed)]), .. SmallDataDetails.Of(trials)]);

        Arm? Arm(string name, Func<ModelDistillationReport, EvaluationReport?> of)
        {
            EvaluationReport[] reports = [.. trials.Select(trial => of(trial.Report)).OfType<EvaluationReport>()];
            return reports.Length == trials.Count ? new(name, reports) : null;
        }
    }

    private static IEnumerable<string> Chosen(IReadOnlyList<SmallDataTrial> trials)
    {
        foreach (SmallDataTrial trial in trials.Where(trial => trial.Found is not null))
        {
            yield return FormattableString.Invariant(
                $"search, seed {trial.Seed}: {OneLine(trial.Found!.Describe())} For the original it chooses '{trial.Found!.ChosenForOriginal.Name}'.");
        }
    }

    private static string OneLine(string lines) => lines.ReplaceLineEndings(" ");

    private static IEnumerable<string> Gains(IReadOnlyList<SmallDataTrial> trials, Spread againstPlain, Spread? againstControl)
    {
        double chance = trials[0].Report.Difference!.PValue;
        string test = trials.Count == 1 ? FormattableString.Invariant($" (McNemar's p {(chance < 0.001 ? "< 0.001" : $"= {chance:0.000}")})") : "";
        yield return $"distillation against the plain original: {Points(againstPlain)}{test}";
        if (againstControl is not null)
        {
            yield return $"distillation against the same pool with known labels: {Points(againstControl)}";
        }

        static string Points(Spread change) => $"{change.Show("+0.0;-0.0;0.0", 100)} points of accuracy";
    }

    private static string Suspects(IReadOnlyList<SmallDataTrial> trials) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"the teacher contradicts {string.Join(", ", trials.Select(trial => trial.Suspects.Count))} "
            + $"of {trials[0].Labels} labels: noise, hard cases or mistakes of its own; the report lists them");
}
