namespace Distillation.Tests.Training;

public sealed class TrainerOptionsTests
{
    [Fact]
    public void Weights_are_chosen_by_the_metric_that_is_named_and_else_by_that_of_early_stopping()
    {
        var stopping = new EarlyStopping(Metric.Accuracy);

        new TrainerOptions().SelectedBy.Should().BeNull();
        new TrainerOptions { EarlyStopping = stopping }.SelectedBy.Should().Be(Metric.Accuracy);
        new TrainerOptions { EarlyStopping = stopping with { RestoresBest = false } }.SelectedBy.Should().BeNull();
        new TrainerOptions { EarlyStopping = stopping, BestBy = Metric.MacroF1 }.SelectedBy.Should().Be(Metric.MacroF1);
    }
}
