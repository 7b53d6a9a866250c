using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Draws the verdict from intervals.</summary>
internal static class VerdictRule
{
    public static Outcome Apply(VerdictInput input, LabelingVerdictOptions options)
    {
        Comparison student = Compare(input, input.Student, options);
        if (student.Passes)
        {
            return new(LabelingDecision.ReplaceLanguageModel, $"Replace '{Teacher(input)}' with '{Name(input.Student)}': {student.Numbers}.", input.Student);
        }

        if (input.Cascade is { } cascade)
        {
            Comparison both = Compare(input, cascade, options);
            if (both.Passes && input.ShareAnswered >= options.MinimumShareAnswered)
            {
                return new(
                    LabelingDecision.UseCascade,
                    string.Create(CultureInfo.InvariantCulture, $"Use the cascade, in which '{Name(input.Student)}' answers {100 * input.ShareAnswered:G4} %: ")
                    + $"{both.Numbers}. For '{Name(input.Student)}' by itself that is not shown: {student.Numbers}.",
                    cascade);
            }
        }

        return new(LabelingDecision.KeepLanguageModel, $"Keep '{Teacher(input)}': {student.Obstacle(input, options)}.", Chosen: null);
    }

    public static SystemDifference Difference(VerdictInput input, VerdictInput.Member first, VerdictInput.Member second, LabelingVerdictOptions options) =>
        new PairedLabels(input.Actual, first.Ids, second.Ids, input.Names.Count).Difference(Name(second), options);

    private static Comparison Compare(VerdictInput input, VerdictInput.Member system, LabelingVerdictOptions options) => new(
        system, Difference(input, input.Teacher, system, options), Difference(input, input.Majority, system, options).AccuracyInterval.Low > 0, options);

    private static string Name(VerdictInput.Member member) => member.System.Name;

    private static string Teacher(VerdictInput input) => Name(input.Teacher);

    /// <summary>A decision, its reason, and the system that takes the place of the language model.</summary>
    internal sealed record Outcome(LabelingDecision Decision, string Sentence, VerdictInput.Member? Chosen);

    private sealed record Comparison(VerdictInput.Member System, SystemDifference Difference, bool BeatsMajority, LabelingVerdictOptions Options)
    {
        public bool Passes => IsAsGood && BeatsMajority;

        public string Numbers
        {
            get
            {
                Interval points = new(100 * Difference.AccuracyInterval.Low, 100 * Difference.AccuracyInterval.High);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"its accuracy differs by {100 * Difference.Accuracy:+0.##;-0.##;0} points ({100 * Options.Level:G4} % interval {points}), "
                    + $"with a margin of {100 * Options.Margin:G4}");
            }
        }

        private bool IsAsGood => Difference.AccuracyInterval.Low > -Options.Margin;

        public string Obstacle(VerdictInput input, LabelingVerdictOptions options)
        {
            string name = Name(System);
            if (IsAsGood)
            {
                return $"'{name}' is as good within the margin, but not shown to be better than the majority class";
            }

            if (Difference.AccuracyInterval.High < -options.Margin)
            {
                return $"'{name}' is worse by more than the margin; {Numbers}";
            }

            // The width of an interval falls with the square root of the number of texts.
            double distance = Difference.Accuracy + options.Margin;
            double needed = input.Actual.Length * Math.Pow((Difference.Accuracy - Difference.AccuracyInterval.Low) / distance, 2);
            string more = distance > 0
                ? string.Create(CultureInfo.InvariantCulture, $"; about {Math.Ceiling(needed):F0} texts would show it if the difference stays as it is")
                : "";
            return $"{input.Actual.Length} texts do not show '{name}' to be as good within the margin; {Numbers}{more}";
        }
    }
}
