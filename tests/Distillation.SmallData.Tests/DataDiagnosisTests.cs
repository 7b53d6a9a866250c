using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class DataDiagnosisTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Classes_have_their_errors_and_the_mean_probability_of_their_label()
    {
        DataDiagnosis diagnosis = Of([0, 0, 2, 2, 2], [[0.9, 0.1, 0], [0.3, 0.7, 0], [0.2, 0.2, 0.6], [0.96, 0, 0.04], [0.5, 0.1, 0.4]]);

        diagnosis.Classes.Select(one => (one.Label, one.Samples, one.Errors)).Should().Equal((0, 2, 1), (2, 3, 2));
        Close.ShouldBe([.. diagnosis.Classes.Select(one => one.MeanProbability)], [0.6, 1.04 / 3], 1e-9);
        diagnosis.Report.Accuracy.Should().Be(0.4);
        diagnosis.Report.Confusion![2, 0].Should().Be(2);
    }

    [Fact]
    public void Suspects_are_contradicted_and_unlikely_the_least_likely_first()
    {
        DataDiagnosis diagnosis = Of([0, 0, 1, 1], [[0.3, 0.7], [0.1, 0.9], [0.95, 0.05], [0.2, 0.8]], suspectBelow: 0.3);

        diagnosis.Suspects.Select(suspect => (suspect.Number, suspect.Label, suspect.Predicted)).Should().Equal((2, 1, 0), (1, 0, 1));
        Close.ShouldBe(diagnosis.Suspects[0].Probability, 0.05, 1e-9);
    }

    [Fact]
    public void Description_has_the_hardest_classes_and_no_more_than_five()
    {
        // Class k of seven has one sample that is found, and k that are not.
        long[] labels = [.. Enumerable.Range(0, 7).SelectMany(label => Enumerable.Repeat((long)label, label + 1))];
        var rows = new List<double[]>();
        for (int number = 0; number < labels.Length; number++)
        {
            bool found = number == 0 || labels[number] != labels[number - 1];
            rows.Add([.. Enumerable.Range(0, 7).Select(label => label == (found ? labels[number] : (labels[number] + 1) % 7) ? 0.94 : 0.01)]);
        }

        string[] lines = Of(labels, [.. rows]).Describe().Split(Environment.NewLine);

        lines.Should().HaveCount(6);
        lines[0].Should().StartWith("On samples that it was not trained on, the model contradicts 21 of 28 labels, of which 21 are suspects (ECE 69.0 %).");
        lines[1].Should().Be("class 6: 6 of 7 contradicted, mean probability of the label 0.14");
        lines[5].Should().StartWith("class 2: 2 of 3");
    }

    [Fact]
    public void Originals_find_a_wrong_label_that_they_have_not_seen()
    {
        using TensorData rings = SmallProblem.Rings(100);
        Tensor labels = rings.Labels!.clone();
        labels[17] = 1 - labels[17];
        using var data = new LabeledSamples(new TensorData(rings.Inputs, labels));

        DataDiagnosis diagnosis = DataDiagnosis.ByOriginals(SmallProblem.Network, data, SmallProblem.Training, folds: 4, seed: 3);

        diagnosis.Suspects.Select(suspect => suspect.Number).Should().Contain(17);
        diagnosis.Report.Accuracy.Should().BeInRange(0.9, 0.99, "the rings are learned, and one label is wrong");
    }

    [Fact]
    public void Same_seed_gives_the_same_diagnosis()
    {
        using LabeledSamples data = SmallProblem.LabeledSamples(40);

        DataDiagnosis Diagnose() =>
            DataDiagnosis.ByOriginals(SmallProblem.Network, data, SmallProblem.Training with { Steps = 20 }, folds: 2, seed: 3, suspectBelow: 1);

        Diagnose().Suspects.Should().Equal(Diagnose().Suspects);
    }

    [Fact]
    public void Original_of_more_classes_than_the_data_is_refused_with_what_helps()
    {
        using LabeledSamples data = SmallProblem.LabeledSamples(20);

        Action diagnose = () => DataDiagnosis.ByOriginals(() => Linear(2, 3), data, SmallProblem.Training with { Steps = 1 });

        diagnose.Should().Throw<InvalidOperationException>()
            .WithMessage("A model of data of 2 classes must give logits ?N, 2?, but gave ?4, 3?*set their number.");
    }

    [Fact]
    public void Nothing_but_the_originals_goes()
    {
        // A module that is made leaves handles to the collector, so all are made before.
        using LabeledSamples data = SmallProblem.LabeledSamples(30);
        var models = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 4).Select(_ => SmallProblem.Line()));
        DataDiagnosis Diagnose() => DataDiagnosis.ByOriginals(models.Dequeue, data, SmallProblem.Training with { Steps = 10 }, folds: 2);
        Diagnose();
        long before = Leak.Count();

        Diagnose();

        Leak.Count().Should().Be(before - 4, "of two models the two parameters each are disposed, and nothing is left");
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        using LabeledSamples data = SmallProblem.LabeledSamples(20);

        FluentActions.Invoking(() => Of([0, 1], [[1, 0], [0, 1]], suspectBelow: 1.1))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("suspectBelow");
        FluentActions.Invoking(() => DataDiagnosis.ByOriginals(SmallProblem.Line, data, folds: 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("folds");
        FluentActions.Invoking(() => new ModelDistillationOptions { DiagnosisFolds = 1 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("DiagnosisFolds*");
    }

    private static DataDiagnosis Of(long[] labels, double[][] outOfFold, double suspectBelow = 0.1)
    {
        using var data = new LabeledSamples(new TensorData(torch.zeros(labels.Length, 1), torch.tensor(labels)), classes: outOfFold[0].Length);
        using var fitted = new FittedTeacher(
            Teacher.From(inputs => inputs), torch.tensor([.. outOfFold.SelectMany(row => row)], [labels.Length, outOfFold[0].Length]).log());
        return DataDiagnosis.Of(fitted, data, suspectBelow);
    }
}
