using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class CorrelationLossTests
{
    // Rows that vary: those that do not have no correlation.
    private static readonly Gen<double[]> Logits = Gen.Double.Unit.Select(unit => (6 * unit) - 3).Array[20];

    [Fact]
    public void Loss_is_zero_where_student_equals_teacher() =>
        Logits.ForAll(logits => Value(new CorrelationLoss(), logits, logits).Should().BeApproximately(0, 1e-12), iter: 30);

    [Fact]
    public void Loss_does_not_depend_on_the_order_of_samples_and_of_classes() =>
        Gen.Select(Logits, Logits, Gen.Shuffle(new long[] { 0, 1, 2, 3, 4 }), Gen.Shuffle(new long[] { 0, 1, 2, 3 })).ForAll(
            (student, teacher, samples, classes) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor Shuffled(double[] logits) => Matrix(logits).index_select(0, torch.tensor(samples)).index_select(1, torch.tensor(classes));

                double value = new CorrelationLoss().Compute(Some.Context(Shuffled(student), Shuffled(teacher), null)).item<double>();

                Close.ShouldBe(value, Value(new CorrelationLoss(), student, teacher), 1e-9);
            },
            iter: 30);

    [Fact]
    public void Loss_stays_within_twice_its_weights() =>
        Gen.Select(Logits, Logits).ForAll((student, teacher) => Value(new CorrelationLoss(0.5, 3), student, teacher).Should().BeInRange(0, 7), iter: 30);

    [Fact]
    public void Weights_weigh_the_correlations_over_classes_and_over_samples()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        double[][] student = RowsByHand.SoftmaxRows(context.Student.Logits, 2);
        double[][] teacher = RowsByHand.SoftmaxRows(context.Teacher.Logits, 2);
        double Over(double[][] left, double[][] right) => 4 * left.Zip(right).Average(pair => 1 - RowsByHand.Pearson(pair.First, pair.Second));

        double value = new CorrelationLoss(0.3, 1.7, 2).Compute(context).item<double>();

        Close.ShouldBe(value, (0.3 * Over(student, teacher)) + (1.7 * Over(RowsByHand.Columns(student), RowsByHand.Columns(teacher))), 1e-9);
    }

    [Fact]
    public void Classes_of_one_sample_have_no_correlation_over_samples()
    {
        using var scope = torch.NewDisposeScope();

        new CorrelationLoss(0, 1).Compute(Some.Context(samples: 1)).item<double>().Should().Be(1);
    }

    [Theory]
    [InlineData(nameof(CorrelationLoss))]
    [InlineData(nameof(LogitCosineLoss))]
    public void Head_of_zeros_has_no_steep_gradient(string name)
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.zeros(5, 4).requires_grad_();

        LossZoo.Make(name).Compute(Some.Context(logits, Some.Inputs(5, 4), null)).backward();

        Close.Numbers(logits.grad!).Should().AllSatisfy(number => number.Should().Be(0));
    }

    [Fact]
    public void Temperature_follows_the_run()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(0, 50, 100, 10));

        double value = new CorrelationLoss(temperature: new Schedule.Linear(1, 5)).Compute(context).item<double>();

        value.Should().Be(new CorrelationLoss(temperature: 3).Compute(context).item<double>());
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action beta = () => _ = new CorrelationLoss(beta: -1);
        Action gamma = () => _ = new CorrelationLoss(gamma: -1);

        beta.Should().Throw<ArgumentOutOfRangeException>().WithMessage("beta must be *");
        gamma.Should().Throw<ArgumentOutOfRangeException>().WithMessage("gamma must be *");
    }

    [Theory]
    [InlineData(nameof(CorrelationLoss))]
    [InlineData(nameof(MultiLevelLoss))]
    [InlineData(nameof(DirectionLoss))]
    public void Losses_between_rows_are_zero_where_no_row_counts(string name)
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(6, 4, dtype: torch.ScalarType.Float64).view(2, 3, 4).requires_grad_();
        var batch = new MaskedBatch(torch.zeros(2, 1), null, torch.arange(2, torch.ScalarType.Int64), torch.zeros(2, 3));
        var context = new DistillationContext(new ModelOutput(logits), new ModelOutput(torch.ones(2, 3, 4)), batch);

        Tensor value = LossZoo.Make(name).Compute(context);
        value.backward();

        value.item<double>().Should().Be(0);
        Close.Numbers(logits.grad!).Should().AllSatisfy(number => number.Should().Be(0));
    }

    private static double Value(CorrelationLoss loss, double[] student, double[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        return loss.Compute(Some.Context(Matrix(student), Matrix(teacher), null)).item<double>();
    }

    private static Tensor Matrix(double[] numbers) => torch.tensor(numbers).view(5, 4);
}
