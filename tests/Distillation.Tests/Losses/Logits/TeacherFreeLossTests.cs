using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class TeacherFreeLossTests
{
    [Theory]
    [InlineData(0.99, 20)]
    [InlineData(0.9, 1)]
    public void Teacher_free_loss_is_that_of_the_formula(double probability, double temperature)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new TeacherFreeLoss(probability, temperature).Compute(context).item<double>();

        double[] labels = Close.Numbers(context.Batch.Labels!);
        double expected = RowsByHand.SoftmaxRows(context.Student.Logits)
            .Select((student, row) => RowsByHand.Kl(Virtual((int)labels[row], probability, temperature), student))
            .Average();
        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Teacher_free_loss_is_zero_where_the_student_outputs_what_the_virtual_teacher_outputs()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(new[,] { { 0.99, 0.01 / 3, 0.01 / 3, 0.01 / 3 } }) / 20;

        double value = new TeacherFreeLoss().Compute(Some.Context(logits, null, torch.tensor([0L]))).item<double>();

        value.Should().BeApproximately(0, 1e-14);
    }

    [Fact]
    public void Temperature_follows_the_run()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(0, 50, 100, 10));

        double value = new TeacherFreeLoss(temperature: new Schedule.Linear(1, 5)).Compute(context).item<double>();

        value.Should().Be(new TeacherFreeLoss(temperature: 3).Compute(context).item<double>());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Probability_out_of_range_is_refused(double probability)
    {
        Action make = () => _ = new TeacherFreeLoss(probability);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("probability must be *");
    }

    private static double[] Virtual(int label, double probability, double temperature) =>
        RowsByHand.Softmax([.. Enumerable.Range(0, 4).Select(c => c == label ? probability : (1 - probability) / 3)], temperature);
}
