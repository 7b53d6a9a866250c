using System.Globalization;

namespace Distillation.AI;

/// <summary>The systems of a verdict, checked, with their labels as numbers, and those that the verdict adds.</summary>
internal sealed class VerdictInput
{
    public VerdictInput(
        IReadOnlyList<string> humanLabels, IReadOnlyList<string> labelNames, IReadOnlyList<LabelingSystem> systems, LabelingVerdictOptions options)
    {
        Names = [.. Require.Present(labelNames)];
        if (Names.Count < 2 || Names.Distinct(StringComparer.Ordinal).Count() < Names.Count)
        {
            throw new ArgumentException($"There must be at least two labels, all different, but there are [{string.Join(", ", Names)}].", nameof(labelNames));
        }

        Actual = PredictedIds.Of(Require.Present(humanLabels), Names, "the human labeling", nameof(humanLabels));
        if (Actual.Length < 2 || Actual.Contains(PredictedIds.NoAnswer))
        {
            throw new ArgumentException(
                $"There must be human labels for at least two texts, none of them null, but there are {Actual.Length} texts, "
                + $"{Actual.Count(id => id == PredictedIds.NoAnswer)} of them without.",
                nameof(humanLabels));
        }

        Systems = [.. Require.Present(systems).Select(Checked)];
        Teacher = Only(LabelingRole.LanguageModel) ?? throw new ArgumentException("One system must be the language model, but none is.", nameof(systems));
        Student = Only(LabelingRole.DistilledStudent) ?? Only(LabelingRole.StudentAlone)
            ?? throw new ArgumentException("One system must be a student, distilled or alone, but none is.", nameof(systems));
        Majority = new(LabelingSystem.FromLabels("majority class", LabelingRole.MajorityClass, [.. MajorityLabels()]), Names);
        Cascade = options.Threshold is { } threshold ? CascadeAt(threshold) : null;
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the number of the human label of each text.</summary>
    public int[] Actual { get; }

    public IReadOnlyList<Member> Systems { get; }

    public Member Teacher { get; }

    public Member Student { get; }

    public Member Majority { get; }

    public Member? Cascade { get; }

    /// <summary>Gets the share of texts that the student of the cascade answers.</summary>
    public double ShareAnswered { get; private set; }

    public IEnumerable<Member> All => [.. Systems, .. Cascade is null ? [] : (Member[])[Cascade], Majority];

    private Member Checked(LabelingSystem system)
    {
        if (Require.Present(system, "systems").Role is LabelingRole.MajorityClass or LabelingRole.Cascade)
        {
            throw Wrong($"'{system.Name}' must not be given: the verdict computes the majority class and the cascade itself.");
        }

        if (system.Predicted.Count != Actual.Length)
        {
            throw Wrong($"Every system must have a prediction for each of the {Actual.Length} texts, but '{system.Name}' has {system.Predicted.Count}.");
        }

        int wrong = system.Probabilities is null ? -1 : system.Probabilities.ToList().FindIndex(row => !IsDistribution(row));
        return wrong < 0
            ? new(system, Names)
            : throw Wrong(
                $"Every text must have {Names.Count} probabilities in [0, 1] that add up to 1, but '{system.Name}' has "
                + $"[{string.Join(", ", system.Probabilities![wrong].Select(one => one.ToString("G4", CultureInfo.InvariantCulture)))}] for text {wrong}.");
    }

    private bool IsDistribution(IReadOnlyList<double> row) =>
        row.Count == Names.Count && row.All(one => one is >= 0 and <= 1 + 1e-6) && Math.Abs(row.Sum() - 1) <= 1e-3;

    private Member? Only(LabelingRole role)
    {
        Member[] found = [.. Systems.Where(one => one.System.Role == role)];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw Wrong($"At most one system may be {role}, but there are {string.Join(", ", found.Select(one => $"'{one.System.Name}'"))}.");
    }

    private IEnumerable<string> MajorityLabels()
    {
        int commonest = Enumerable.Range(0, Names.Count).MaxBy(label => Actual.Count(id => id == label));
        return Enumerable.Repeat(Names[commonest], Actual.Length);
    }

    private Member CascadeAt(double threshold)
    {
        IReadOnlyList<IReadOnlyList<double>> probabilities = Student.System.Probabilities
            ?? throw Wrong($"A cascade needs the probabilities of the student '{Student.System.Name}', but there are its labels alone.");
        bool[] answered = [.. probabilities.Select(row => row.Max() >= threshold)];
        ShareAnswered = (double)answered.Count(one => one) / answered.Length;
        (LabelingSystem student, LabelingSystem teacher, double passedOn) = (Student.System, Teacher.System, 1 - ShareAnswered);
        LabelingSystem cascade = LabelingSystem.FromLabels(
            "cascade", LabelingRole.Cascade, [.. answered.Select((own, text) => own ? student.Predicted[text] : teacher.Predicted[text])]);
        return new(
            cascade with
            {
                CostPerMillion = student.CostPerMillion + (passedOn * teacher.CostPerMillion),
                FixedCost = student.FixedCost,
                Latency = student.Latency + (passedOn * teacher.Latency),
            },
            Names);
    }

    private static ArgumentException Wrong(string message, string argument = "systems") => new(message, argument);

    /// <summary>A system with its labels as numbers.</summary>
    internal sealed class Member(LabelingSystem system, IReadOnlyList<string> names)
    {
        public LabelingSystem System { get; } = system;

        public int[] Ids { get; } = PredictedIds.Of(system.Predicted, names, $"'{system.Name}'", "systems");
    }
}
