using System.Globalization;

namespace Distillation.AI.Tests;

public sealed class LabelCalibrationTests
{
    private const int Classes = 4;
    private const int Human = 400;
    private const int Texts = 4000;

    [Theory]
    [InlineData(CalibrationMethod.Temperature)]
    [InlineData(CalibrationMethod.Vector)]
    [InlineData(CalibrationMethod.Matrix)]
    public async Task Calibrated_votes_have_an_expected_calibration_error_of_five_percent_at_most(CalibrationMethod method)
    {
        var annotator = new NoisyAnnotator(seed: 11);
        LabeledTexts labeled = await annotator.LabelAsync(Texts, samples: 8);
        var human = Enumerable.Range(0, Human).ToDictionary(i => i, i => NoisyAnnotator.Name(annotator.Truth(i)));
        int[] truth = [.. Enumerable.Range(Human, Texts - Human).Select(annotator.Truth)];

        var calibration = LabelCalibration.Fit(labeled, human, new() { Method = method });
        LabeledTexts calibrated = calibration.Apply(labeled);

        double before = Error(labeled, truth);
        double after = Error(calibrated, truth);
        before.Should().BeGreaterThan(0.06);
        after.Should().BeLessThanOrEqualTo(0.05);
        calibration.After.NegativeLogLikelihood.Should().BeLessThan(calibration.Before.NegativeLogLikelihood);
        calibration.Before.Samples.Should().Be(Human);
    }

    [Fact]
    public async Task Matrix_corrects_confusions_that_votes_do_not_show()
    {
        var annotator = new NoisyAnnotator(seed: 3, mistaken: 0.35);
        LabeledTexts labeled = await annotator.LabelAsync(Texts, samples: 8);
        var human = Enumerable.Range(0, Human).ToDictionary(i => i, i => NoisyAnnotator.Name(annotator.Truth(i)));
        int[] truth = [.. Enumerable.Range(Human, Texts - Human).Select(annotator.Truth)];

        double[] errors = [.. Enum.GetValues<CalibrationMethod>().Select(method =>
            Error(LabelCalibration.Fit(labeled, human, new() { Method = method }).Apply(labeled), truth))];

        errors[(int)CalibrationMethod.Matrix].Should().BeLessThanOrEqualTo(0.05)
            .And.BeLessThan(errors[(int)CalibrationMethod.Vector], string.Join(", ", errors));
    }

    [Fact]
    public void Matrix_is_the_minimum_of_the_cost()
    {
        // At the minimum the penalty balances the errors: λ (W − I) = −Σ (p − y) xᵀ and λ b = −Σ (p − y).
        (double[][] rows, int[] labels) = Drawn(200, (row, k) => k == 1 ? -row : row, temperature: 1.5);

        var calibration = LabelCalibration.FitRows(rows, labels, new() { Method = CalibrationMethod.Matrix, Penalty = 2, Floor = 1e-12 });

        for (int label = 0; label < Classes; label++)
        {
            double[] errors = [.. rows.Zip(labels, (row, truth) => calibration.Apply(row)[label] - (truth == label ? 1 : 0))];
            (2 * calibration.Offsets[label]).Should().BeApproximately(-errors.Sum(), 1e-2);
            for (int column = 0; column < Classes; column++)
            {
                double balance = -errors.Zip(rows, (error, row) => error * Math.Log(row[column])).Sum();
                (2 * (calibration.Weights[label][column] - (label == column ? 1 : 0))).Should().BeApproximately(balance, 1e-2);
            }
        }
    }

    [Fact]
    public void Temperature_is_found_again_and_leaves_the_most_probable_label()
    {
        (double[][] rows, int[] labels) = Drawn(3000, (row, _) => row, temperature: 2.5);

        var calibration = LabelCalibration.FitRows(rows, labels);

        calibration.Scales.Should().OnlyContain(scale => Math.Abs(scale - 0.4) < 0.03);
        calibration.Offsets.Should().OnlyContain(offset => offset == 0);
        IReadOnlyList<double> applied = calibration.Apply(rows[0]);
        applied.Sum().Should().BeApproximately(1, 1e-12);
        Largest(applied).Should().Be(Largest(rows[0]));
    }

    [Fact]
    public void Offsets_of_favored_labels_are_found_again()
    {
        double[] offsets = [-1, 0, 0.5, 0.5];
        (double[][] rows, int[] labels) = Drawn(6000, (row, k) => row + offsets[k], temperature: 1.0);

        var calibration = LabelCalibration.FitRows(rows, labels, new() { Method = CalibrationMethod.Vector, Floor = 1e-12 });

        calibration.Scales.Should().OnlyContain(scale => Math.Abs(scale - 1) < 0.1);
        calibration.Offsets.Should().Equal(offsets, (found, offset) => Math.Abs(found - offset) < 0.15);
    }

    [Fact]
    public void Figures_are_out_of_fold()
    {
        // Labels have nothing to do with the rows: what fits the rows at hand cannot be better than chance on others.
        (double[][] rows, _) = Drawn(60, (row, _) => row, temperature: 1);
        var draws = new SeededDraws(5, "labels");
        int[] labels = [.. rows.Select(_ => draws.Below(Classes))];
        var options = new LabelCalibrationOptions { Method = CalibrationMethod.Vector, Penalty = 1e-3, Folds = 3 };

        var calibration = LabelCalibration.FitRows(rows, labels, options);

        double inSample = rows.Zip(labels, (row, label) => -Math.Log(calibration.Apply(row)[label])).Average();
        calibration.After.NegativeLogLikelihood.Should().BeGreaterThan(inSample + 0.05);
    }

    [Fact]
    public void Description_has_the_figures_before_and_after()
    {
        (double[][] rows, int[] labels) = Drawn(50, (row, _) => row, temperature: 2);

        var calibration = LabelCalibration.FitRows(rows, labels);

        calibration.Describe().Should().StartWith("Temperature scaling by 50 human labels; figures out of fold").And.ContainAll(
            calibration.Before.ExpectedCalibrationError.ToString("G4", CultureInfo.InvariantCulture),
            calibration.After.NegativeLogLikelihood.ToString("G4", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Rows_that_are_not_probabilities_and_unknown_labels_are_refused()
    {
        (double[][] rows, int[] labels) = Drawn(10, (row, _) => row, temperature: 1);

        FluentActions.Invoking(() => LabelCalibration.FitRows(rows[..4], labels[..4])).Should().Throw<ArgumentException>().WithMessage("*at least 5 rows*4*");
        FluentActions.Invoking(() => LabelCalibration.FitRows(rows, labels[..9])).Should().Throw<ArgumentException>().WithMessage("*10 and 9*");
        labels[7] = Classes;
        FluentActions.Invoking(() => LabelCalibration.FitRows(rows, labels)).Should().Throw<ArgumentException>().WithMessage("*labels[7]*");
        rows[3] = [0.5, 0.5, 1.5, 0];
        FluentActions.Invoking(() => LabelCalibration.FitRows(rows, labels)).Should().Throw<ArgumentException>().WithMessage("Row 3*[0.5, 0.5, 1.5, 0]*");
    }

    [Fact]
    public async Task Human_labels_of_unknown_names_or_places_are_refused_and_unanswered_texts_are_left_out()
    {
        var client = new ScriptedClient((messages, _) => messages[1].Text == "Letter number 0" ? "?" : ScriptedClient.Label("other"));
        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task).LabelAsync(Letters.Texts(8));
        LabelCalibration Fit(params (int Index, string Label)[] human) => LabelCalibration.Fit(labeled, human.ToDictionary(one => one.Index, one => one.Label));

        FluentActions.Invoking(() => Fit((1, "sales"))).Should().Throw<ArgumentException>().WithMessage("*'sales' of text 1*billing, delivery, other*");
        FluentActions.Invoking(() => Fit((8, "other"))).Should().Throw<ArgumentException>().WithMessage("*text 8*one of 8 texts*");
        LabelCalibration calibration = Fit([.. Enumerable.Range(0, 7).Select(i => (i, i == 3 ? "billing" : "other"))]);
        calibration.Before.Samples.Should().Be(6);
        LabeledTexts calibrated = calibration.Apply(labeled);
        calibrated.Distributions[0].Should().BeNull();
        calibrated.Distributions[1]![2].Should().BeInRange(0.5, 0.95);
    }

    private static double Error(LabeledTexts labeled, int[] truth) => CalibrationRows.Measure(
        [.. labeled.Distributions.Skip(Human).Select(row => CalibrationRows.Logarithms(row!, 1e-12))], truth).ExpectedCalibrationError;

    private static int Largest(IReadOnlyList<double> row) => Enumerable.Range(0, row.Count).MaxBy(k => row[k]);

    // Rows of probabilities softmax(z), and labels drawn from softmax of the changed logarithms, divided by a temperature.
    private static (double[][] Rows, int[] Labels) Drawn(int count, Func<double, int, double> changed, double temperature)
    {
        var draws = new SeededDraws(3, "rows");
        double Uniform() => (draws.Next() >> 11) * (1.0 / (1UL << 53));
        double[][] rows = [.. Enumerable.Range(0, count).Select(_ => Softmax([.. Enumerable.Range(0, Classes).Select(_ => 6 * Uniform())]))];
        return (rows, [.. rows.Select(row => Draw(Softmax([.. row.Select((p, k) => changed(Math.Log(p), k) / temperature)]), Uniform()))]);
    }

    private static double[] Softmax(double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        return [.. logits.Select(logit => Math.Exp(logit) / sum)];
    }

    private static int Draw(double[] probabilities, double uniform)
    {
        int k = 0;
        for (double sum = probabilities[0]; sum < uniform && k < probabilities.Length - 1; sum += probabilities[++k])
        {
        }

        return k;
    }
}
