using Distillation.Losses;
using Distillation.Training;

namespace Distillation.Tests.Training;

public sealed partial class NonFiniteTests
{
    [Fact]
    public void Gradient_that_rises_far_above_its_mean_is_logged()
    {
        var log = new LoggedLines<SupervisedTrainer>();
        var options = Options(new() { Epochs = 5, Update = new() { ClipNorm = 1 } });

        new SupervisedTrainer(Student.From(Some.Mlp()), new HardLabelLoss() + new Lifts(at: 22), options, log).Fit(_data);

        log.Where(line => line.Id == 107).Should().ContainSingle().Which.Text.Should().Match("The gradient's norm of the student rose to * before step 25.");
    }

    [Fact]
    public void What_a_policy_does_is_logged()
    {
        static string[] Logged(TensorData data, IDistillationLoss breaks, NonFinitePolicy policy)
        {
            var log = new LoggedLines<SupervisedTrainer>();
            TrainerOptions options = Options(new() { Epochs = 2, NonFinite = policy });
            var trainer = new SupervisedTrainer(Student.From(Some.Mlp()), new HardLabelLoss() + breaks, options, log);
            try
            {
                trainer.Fit(data);
            }
            catch (TrainingDivergedException)
            {
                // The log is the result.
            }

            return [.. log.Where(line => line.Id is 106 or 108 or 109).Select(line => $"{line.Id}: {line.Text}")];
        }

        Logged(_data, new Breaks(at: 7), new NonFinitePolicy.Stop()).Should().ContainSingle()
            .Which.Should().StartWith("106: Training diverged at step 7. The loss 'Breaks' is NaN");
        Logged(_data, new Breaks(at: 6, times: 2), new NonFinitePolicy.Skip()).Should().Equal(
            "108: The update of step 6 was not made, as loss or gradient was not finite: 1 in a row.",
            "108: The update of step 7 was not made, as loss or gradient was not finite: 2 in a row.");
        Logged(_data, new Breaks(at: 7), new NonFinitePolicy.RollBack(factor: 0.25)).Should().Contain(
            "109: The last good weights were restored at step 7; learning rates are multiplied by 0.25 from here on.");
    }
}
