using Distillation.Evaluation;

namespace Distillation.AI.Tests;

public sealed class LabelingVerdictTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void Student_as_good_as_the_model_replaces_it()
    {
        Sample sample = Sample.Of(2000, teacherErrors: 200, studentErrors: 200, shared: 180);

        LabelingVerdict verdict = sample.Compare();

        verdict.Decision.Should().Be(LabelingDecision.ReplaceLanguageModel);
        verdict.Sentence.Should().StartWith("Replace 'llm' with 'distilled': its accuracy differs by 0 points (95 % interval ");
        verdict.Differences[0].AccuracyInterval.Low.Should().BeGreaterThan(-0.02);
    }

    [Fact]
    public void Same_rates_on_few_texts_keep_the_model()
    {
        LabelingVerdict verdict = Sample.Of(100, teacherErrors: 10, studentErrors: 10, shared: 9).Compare();

        verdict.Decision.Should().Be(LabelingDecision.KeepLanguageModel);
        verdict.Sentence.Should().StartWith("Keep 'llm': 100 texts do not show 'distilled' to be as good within the margin;")
            .And.Contain("texts would show it if the difference stays as it is.");
        verdict.BreakEvenRequests.Should().BeNull();
    }

    [Fact]
    public void No_difference_on_few_texts_is_not_taken_for_certainty()
    {
        LabelingVerdict verdict = Sample.Of(30, teacherErrors: 3, studentErrors: 3, shared: 3).Compare();

        verdict.Differences[0].Accuracy.Should().Be(0);
        verdict.Decision.Should().Be(LabelingDecision.KeepLanguageModel);
    }

    [Fact]
    public void Student_that_is_worse_keeps_the_model()
    {
        LabelingVerdict verdict = Sample.Of(2000, teacherErrors: 100, studentErrors: 400, shared: 80).Compare();

        verdict.Decision.Should().Be(LabelingDecision.KeepLanguageModel);
        verdict.Sentence.Should().Contain("'distilled' is worse by more than the margin; its accuracy differs by -15 points");
        verdict.Differences[0].McNemar.PValue.Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Cascade_is_used_when_the_student_alone_is_worse()
    {
        // The student errs where it is not confident: the model answers there.
        LabelingVerdict verdict = Sample.Of(2000, teacherErrors: 100, studentErrors: 400, shared: 80).Compare(new() { Threshold = 0.9 });

        verdict.Decision.Should().Be(LabelingDecision.UseCascade);
        verdict.ShareAnswered.Should().BeApproximately(0.8, 0.001);
        verdict.Sentence.Should().StartWith("Use the cascade, in which 'distilled' answers 80 %: its accuracy differs by +1 points");
        verdict.Systems.Select(one => one.Role).Should().Equal(
            LabelingRole.LanguageModel, LabelingRole.DistilledStudent, LabelingRole.Cascade, LabelingRole.MajorityClass);
        verdict.Systems[2].CostPerMillion.Should().BeApproximately(1 + (0.2 * 100), 0.1);

        // 500 / ((100 − 21) / 1 000 000).
        verdict.BreakEvenRequests.Should().BeApproximately(500 / (79 / 1e6), 1);
    }

    [Fact]
    public void Cascade_that_answers_too_little_is_not_used()
    {
        Sample sample = Sample.Of(2000, teacherErrors: 100, studentErrors: 400, shared: 80);

        sample.Compare(new() { Threshold = 0.9, MinimumShareAnswered = 0.9 }).Decision.Should().Be(LabelingDecision.KeepLanguageModel);
    }

    [Fact]
    public void Student_that_is_not_better_than_the_majority_class_replaces_nothing()
    {
        string[] human = [.. Enumerable.Range(0, 2000).Select(i => i < 1900 ? "a" : "b")];
        string[] constant = [.. human.Select(_ => "a")];

        LabelingVerdict verdict = LabelingVerdict.Compare(
            human,
            Names,
            [
                LabelingSystem.FromLabels("llm", LabelingRole.LanguageModel, constant),
                LabelingSystem.FromLabels("small", LabelingRole.StudentAlone, constant),
            ]);

        verdict.Decision.Should().Be(LabelingDecision.KeepLanguageModel);
        verdict.Sentence.Should().Contain("not shown to be better than the majority class");
        verdict.Systems[^1].Accuracy.Should().Be(0.95);
    }

    [Fact]
    public void Scores_equal_those_of_the_evaluator()
    {
        using var scope = torch.NewDisposeScope();
        Sample sample = Sample.Of(300, teacherErrors: 30, studentErrors: 60, shared: 20);

        SystemScore score = sample.Compare().Systems[1];

        double[] logits = [.. sample.Probabilities.SelectMany(row => row.Select(one => Math.Log(one)))];
        long[] labels = [.. sample.Human.Select(label => (long)Array.IndexOf(Names, label))];
        EvaluationReport report = Evaluator.Evaluate(torch.tensor(logits, [300, 3]), torch.tensor(labels));
        score.Accuracy.Should().Be(0.8).And.BeApproximately(report.Accuracy, 1e-12);
        score.MacroF1.Should().BeApproximately(report.MacroF1, 1e-12);
        score.NegativeLogLikelihood.Should().BeApproximately(report.NegativeLogLikelihood, 1e-12);
        score.ExpectedCalibrationError.Should().BeApproximately(report.ExpectedCalibrationError, 1e-12);

        // Clopper and Pearson: 240 of 300.
        score.AccuracyInterval.Low.Should().BeApproximately(0.750195598469339, 1e-9);
        score.AccuracyInterval.High.Should().BeApproximately(0.8437686988633358, 1e-9);
    }

    [Fact]
    public void Missing_answer_is_wrong_and_of_no_class()
    {
        LabelingVerdict verdict = LabelingVerdict.Compare(
            ["a", "a", "b", "b"],
            Names,
            [
                LabelingSystem.FromLabels("llm", LabelingRole.LanguageModel, ["a", null, "b", "b"]),
                LabelingSystem.FromLabels("small", LabelingRole.DistilledStudent, ["a", "a", "b", "a"]),
            ]);

        verdict.Systems[0].Accuracy.Should().Be(0.75);

        // F1 of a is 2·1/(2 + 1), of b 1.
        verdict.Systems[0].MacroF1.Should().BeApproximately(((2.0 / 3) + 1) / 2, 1e-12);
        verdict.Agreement.Select(one => (one.Label, one.Texts, one.Agreed)).Should().Equal(("a", 1, 1), ("b", 2, 1), ("c", 0, 0));
        verdict.Agreement[2].Interval.Should().Be(new Interval(0, 1));
    }

    [Fact]
    public void Description_has_the_sentence_and_a_row_for_each_system_and_label()
    {
        string text = Sample.Of(2000, teacherErrors: 200, studentErrors: 200, shared: 180).Compare().Describe();

        text.Should().StartWith("Replace 'llm'").And.Contain("It pays off from 5050506 requests on.");
        string[] lines = text.Split(Environment.NewLine);
        lines.Should().ContainSingle(line => line.StartsWith("  llm ") && line.Contains("0.9  ") && line.Contains("100"));
        lines.Count(line => line.StartsWith("  distilled ")).Should().Be(2);
        lines.Count(line => line.StartsWith("  majority class ")).Should().Be(2);
        lines.Should().ContainSingle(line => line.StartsWith("  a ")).And.ContainSingle(line => line.StartsWith("  c "));
    }

    [Fact]
    public void Every_row_describes_itself_in_a_line()
    {
        LabelingVerdict verdict = Sample.Of(300, teacherErrors: 30, studentErrors: 30, shared: 30).Compare();

        verdict.Systems[0].Describe().Should().Be("llm: accuracy 0.9 (0.8603 to 0.9315), macro F1 0.9, cost of a million texts 100, latency 800 ms");
        verdict.Systems[1].ToString().Should().StartWith("distilled: accuracy 0.9 (0.8603 to 0.9315), macro F1 0.9, ECE 0.").And.Contain("NLL 0.");
        verdict.Differences[0].ToString().Should().MatchRegex(@"^distilled: accuracy 0 points \(-0\.\d+ to 0\.\d+\), macro F1 0 points .*, McNemar p = 1$");
        (verdict.Agreement[0] with { Texts = 20_000, Agreed = 12_345, Interval = new(0.61, 0.6240001) }).ToString()
            .Should().Be("a: 12345 of 20000 texts (share 0.61 to 0.624)");
        verdict.ToString().Should().Be(verdict.Describe());
    }

    [Fact]
    public void Nothing_pays_off_when_a_request_does_not_become_cheaper()
    {
        Sample sample = Sample.Of(2000, teacherErrors: 200, studentErrors: 200, shared: 180);

        LabelingVerdict verdict = sample.Compare(studentCost: 100);

        verdict.BreakEvenRequests.Should().Be(double.PositiveInfinity);
        verdict.Describe().Should().Contain("A request does not become cheaper by it.");
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        LabelingSystem llm = LabelingSystem.FromLabels("llm", LabelingRole.LanguageModel, ["a", "b"]);
        LabelingSystem student = LabelingSystem.FromLabels("s", LabelingRole.DistilledStudent, ["a", "b"]);
        Refused(["a", "b"], "*student*none*", llm);
        Refused(["a", "b"], "*language model*none*", student);
        Refused(["a", "x"], "*human labeling has 'x' for text 1*", llm, student);
        Refused(["a", "b", "c"], "*each of the 3 texts, but 'llm' has 2*", llm, student);
        Refused(["a", "b"], "*'x' for text 0*", LabelingSystem.FromLabels("llm", LabelingRole.LanguageModel, ["x", "b"]), student);
        Refused(["a", "b"], "*must not be given*", llm, student, LabelingSystem.FromLabels("m", LabelingRole.MajorityClass, ["a", "a"]));
        Refused(["a", "b"], "*At most one*", llm, llm, student);
        Refused(
            ["a", "b"], "*add up to 1*", llm, LabelingSystem.FromProbabilities("s", LabelingRole.DistilledStudent, [[0.5, 0.4, 0.4], [1, 0, 0]], Names));
        FluentActions.Invoking(() => LabelingVerdict.Compare(["a", "b"], Names, [llm, student], new() { Threshold = 0.5 }))
            .Should().Throw<ArgumentException>().WithMessage("*needs the probabilities*");
        FluentActions.Invoking(() => new LabelingVerdictOptions { Margin = 0 }).Should().Throw<ArgumentOutOfRangeException>();

        static void Refused(string[] human, string message, params LabelingSystem[] systems) =>
            FluentActions.Invoking(() => LabelingVerdict.Compare(human, Names, systems)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    /// <summary>Texts with known numbers of errors. The student has probability 0.95 where it is right, and 0.6 where it errs.</summary>
    private sealed record Sample(string[] Human, string[] Teacher, double[][] Probabilities)
    {
        public static Sample Of(int count, int teacherErrors, int studentErrors, int shared)
        {
            int[] human = [.. Enumerable.Range(0, count).Select(i => i % 3)];
            int[] teacher = [.. human.Select((label, i) => i < teacherErrors ? (label + 1) % 3 : label)];
            int first = teacherErrors - shared;
            double[][] probabilities =
            [
                .. human.Select((label, i) =>
                {
                    bool errs = i >= first && i < first + studentErrors;
                    var row = new double[] { 0.025, 0.025, 0.025 };
                    Array.Fill(row, errs ? 0.2 : 0.025);
                    row[errs ? (label + 1) % 3 : label] = errs ? 0.6 : 0.95;
                    return row;
                }),
            ];
            return new([.. human.Select(label => Names[label])], [.. teacher.Select(label => Names[label])], probabilities);
        }

        public LabelingVerdict Compare(LabelingVerdictOptions? options = null, double studentCost = 1) => LabelingVerdict.Compare(
            Human,
            Names,
            [
                LabelingSystem.FromLabels("llm", LabelingRole.LanguageModel, Teacher) with { CostPerMillion = 100, Latency = TimeSpan.FromMilliseconds(800) },
                LabelingSystem.FromProbabilities("distilled", LabelingRole.DistilledStudent, Probabilities, Names) with
                {
                    CostPerMillion = studentCost, FixedCost = 500, Latency = TimeSpan.FromMilliseconds(2),
                },
            ],
            options);
    }
}
