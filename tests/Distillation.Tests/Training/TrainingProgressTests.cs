using Distillation.Evaluation;

namespace Distillation.Tests.Training;

public sealed class TrainingProgressTests
{
    private static TrainingProgress Report { get; } = new()
    {
        Position = new(Epoch: 2, Step: 40, TotalSteps: 100, StepsPerEpoch: 20),
        Loss = 0.25,
        Terms = new Dictionary<string, double> { ["HardLabel"] = 0.25 },
        LearningRate = 0.001,
        SamplesPerSecond = 1500,
        Elapsed = TimeSpan.FromSeconds(4),
        Remaining = TimeSpan.FromSeconds(6),
    };

    [Fact]
    public void Description_of_a_loss_of_one_term_is_one_line() =>
        Report.Describe().Should().Be("Epoch 2, step 40 of 100: loss 0.25, learning rate 0.001, 1500 samples a second, 6 s left");

    [Fact]
    public void Description_has_a_line_for_terms_skipped_updates_and_validation_where_there_are_any()
    {
        using var scope = torch.NewDisposeScope();
        EvaluationReport validation = Evaluator.Evaluate(torch.eye(3), torch.arange(3, torch.ScalarType.Int64));
        TrainingProgress report = Report with
        {
            Terms = new Dictionary<string, double> { ["SoftTarget"] = 0.5, ["HardLabel"] = 0.25 },
            Skipped = 2,
            Validation = validation,
        };

        report.Describe().Split(Environment.NewLine).Should().Equal(
            Report.Describe(), "  terms: SoftTarget 0.5, HardLabel 0.25", "  2 updates were skipped", $"  validation: {validation}");
    }
}
