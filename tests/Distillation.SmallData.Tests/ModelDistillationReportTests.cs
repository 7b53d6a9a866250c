using Distillation.Evaluation;

namespace Distillation.SmallData.Tests;

public sealed class ModelDistillationReportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Classes_of_the_test_have_what_is_found_before_and_after()
    {
        ModelDistillationReport report = Report(labels: [0, 0, 2, 2], before: [0, 1, 1, 1], after: [0, 0, 2, 1], classes: 3);

        report.ClassChanges.Should().Equal(
            new ClassChange { Label = 0, Samples = 2, Before = 0.5, After = 1 }, new ClassChange { Label = 2, Samples = 2, Before = 0, After = 0.5 });
    }

    [Fact]
    public void Description_has_the_five_classes_that_changed_most()
    {
        // Of ten samples of class k the plain model finds 10 - k, and the final one all; of the last class none and five.
        long[] labels = [.. Enumerable.Range(0, 80).Select(number => (long)number / 10)];
        long[] before = [.. Enumerable.Range(0, 80).Select(number => number < 70 && number % 10 >= number / 10 ? (long)number / 10 : 8)];
        long[] after = [.. Enumerable.Range(0, 80).Select(number => number < 75 ? (long)number / 10 : 8)];

        string[] lines =
        [
            .. Report(labels, before, after, classes: 9)
                .Describe()
                .Split(Environment.NewLine)
                .Where(line => line.StartsWith("class", StringComparison.Ordinal)),
        ];

        lines.Should().Equal(
            "class 6: 40 % -> 100 % of 10 samples found",
            "class 5: 50 % -> 100 % of 10 samples found",
            "class 7: 0 % -> 50 % of 10 samples found",
            "class 4: 60 % -> 100 % of 10 samples found",
            "class 3: 70 % -> 100 % of 10 samples found");
    }

    [Fact]
    public void Description_ends_with_the_sentence()
    {
        ModelDistillationReport report = Report([0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1], classes: 2);

        report.Sentence().Should().Be("The recipe changed the accuracy by +25.0 points on 4 samples: no difference is established (McNemar's p = 1).");
        report.Describe().Should().EndWith(report.Sentence());
    }

    [Fact]
    public void Description_has_no_class_that_did_not_change() =>
        Report([0, 1], [0, 0], [0, 0], classes: 2).Describe().Should().NotContain("class 0").And.NotContain("class 1");

    [Fact]
    public void Description_has_how_many_new_samples_were_kept() =>
        (Report([0, 1], [0, 0], [0, 0], classes: 2) with
        {
            Kept = new FilterReport { Samples = 8_000, BelowConfidence = 588, BelowMargin = 0, BelowAgreement = 0, AgainstKnown = 0, Surplus = 0 },
        }).Describe()
            .Should().Contain("new samples: Kept 7412 of 8000 samples; dropped 588 below the least confidence.");

    private static ModelDistillationReport Report(long[] labels, long[] before, long[] after, int classes)
    {
        EvaluationReport plain = Says(before);
        EvaluationReport final = Says(after);
        return new()
        {
            Recipe = Recipe.Plain,
            Plain = plain,
            Control = null,
            Final = final,
            Distilled = final,
            Teacher = null,
            Difference = McNemarTest.Of(0, 0),
        };

        EvaluationReport Says(long[] predicted) => Evaluator.Evaluate(
            Teacher.From(_ => torch.nn.functional.one_hot(torch.tensor(predicted), classes).to(torch.ScalarType.Float32)),
            new TensorData(torch.zeros(labels.Length, 1), torch.tensor(labels)));
    }
}
