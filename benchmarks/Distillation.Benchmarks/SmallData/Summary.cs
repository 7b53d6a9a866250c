using System.Globalization;
using System.Text;
using Distillation.Evaluation;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The results as Markdown: a table a case, means over seeds, differences in pairs of one seed with 95 % intervals.</summary>
internal static class Summary
{
    public static string Of(IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, Result> ofCase in results.GroupBy(result => result.Case))
        {
            ILookup<string, Result> arms = ofCase.OrderBy(result => result.Seed).ToLookup(result => result.Arm);
            int[] seeds = [.. ofCase.Select(result => result.Seed).Distinct().Order()];
            text.AppendLine(Invariant($"### {ofCase.Key}"))
                .AppendLine()
                .AppendLine(Invariant($"{seeds.Length} seeds, {seeds[0]} to {seeds[^1]}; {ofCase.Sum(result => result.Seconds) / seeds.Length:0} s a seed"))
                .AppendLine();
            text.AppendLine("| arm | accuracy % | NLL | ECE % | accuracy against plain | NLL against plain | accuracy against its control |")
                .AppendLine("|---|---|---|---|---|---|---|");
            foreach (IGrouping<string, Result> arm in arms)
            {
                Result[] control = [.. arms[$"{arm.Key.Split('/')[0]}/known labels"]];
                text.AppendLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {arm.Key} | {100 * arm.Average(Accuracy):0.0} | {arm.Average(Likelihood):0.000} | {100 * arm.Average(Calibration):0.0} "
                    + $"| {Difference(arms["plain"], arm, Accuracy, 100)} | {Difference(arms["plain"], arm, Likelihood, 1)} "
                    + $"| {Difference(control, arm, Accuracy, 100)} |"));
            }

            text.AppendLine();
        }

        return text.Append(Tables(results)).ToString();
    }

    // All cases with a scaled baseline together: how an arm does on the mean, at worst, and how often its likelihood beats that baseline's.
    private static string Tables(IReadOnlyList<Result> results)
    {
        const string Scaled = "plain, temperature-scaled";
        IGrouping<string, Result>[] cases = [.. results.GroupBy(result => result.Case).Where(ofCase => ofCase.Any(result => result.Arm == Scaled))];
        if (cases.Length == 0)
        {
            return "";
        }

        var text = new StringBuilder();
        text.AppendLine(Invariant($"### All {cases.Length} tables"))
            .AppendLine()
            .AppendLine("| arm | accuracy against plain, mean of the tables | worst table | NLL below the scaled baseline's |")
            .AppendLine("|---|---|---|---|");
        foreach (string arm in cases[0].Select(result => result.Arm).Distinct().Where(arm => arm is not ("plain" or Scaled)))
        {
            (string Case, double Points)[] gains = [.. cases.Select(ofCase =>
                (ofCase.Key, 100 * Pairs(ofCase, "plain", arm).Average(pair => pair.Second.Scores.Accuracy - pair.First.Scores.Accuracy)))];
            (Result First, Result Second)[] pairs = [.. cases.SelectMany(ofCase => Pairs(ofCase, Scaled, arm))];
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {arm} | {gains.Average(gain => gain.Points):+0.0;-0.0;0.0} "
                + $"| {gains.Min(gain => gain.Points):+0.0;-0.0;0.0} ({gains.MinBy(gain => gain.Points).Case}) "
                + $"| {pairs.Count(pair => pair.Second.Scores.NegativeLogLikelihood < pair.First.Scores.NegativeLogLikelihood)} of {pairs.Length} pairs |"));
        }

        return text.ToString();
    }

    private static IEnumerable<(Result First, Result Second)> Pairs(IEnumerable<Result> ofCase, string first, string second) =>
        ofCase.Where(result => result.Arm == first)
            .Join(ofCase.Where(result => result.Arm == second), one => one.Seed, other => other.Seed, (one, other) => (one, other));

    private static string Difference(IEnumerable<Result> first, IEnumerable<Result> second, Func<Result, double> of, double scale)
    {
        (Result First, Result Second)[] pairs = [.. first.Join(second, one => one.Seed, other => other.Seed, (one, other) => (one, other))];
        if (pairs.Length == 0 || pairs[0].First.Arm == pairs[0].Second.Arm)
        {
            return "";
        }

        PairedComparison compared = PairedComparison.Of([.. pairs.Select(pair => scale * of(pair.First))], [.. pairs.Select(pair => scale * of(pair.Second))]);
        string format = scale == 1 ? "+0.000;-0.000;0.000" : "+0.0;-0.0;0.0";
        return pairs.Length == 1
            ? compared.Mean.ToString(format, CultureInfo.InvariantCulture)
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{compared.Mean.ToString(format, CultureInfo.InvariantCulture)} [{compared.Interval.Low.ToString(format, CultureInfo.InvariantCulture)}, "
                + $"{compared.Interval.High.ToString(format, CultureInfo.InvariantCulture)}]");
    }

    private static double Accuracy(Result result) => result.Scores.Accuracy;

    private static double Likelihood(Result result) => result.Scores.NegativeLogLikelihood;

    private static double Calibration(Result result) => result.Scores.ExpectedCalibrationError;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
