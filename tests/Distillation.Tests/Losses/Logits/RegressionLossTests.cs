using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class RegressionLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _student = Some.Inputs(8, 3, seed: 1, torch.ScalarType.Float64);
    private readonly Tensor _teacher = Some.Inputs(8, 3, seed: 2, torch.ScalarType.Float64);
    private readonly Tensor _targets = Some.Inputs(8, 3, seed: 3, torch.ScalarType.Float64);
    private readonly double[] _studentErrors;
    private readonly double[] _teacherErrors;
    private readonly double[] _distances;

    public RegressionLossTests()
    {
        (double[][] student, double[][] teacher, double[][] targets) = (RowsByHand.Of(_student), RowsByHand.Of(_teacher), RowsByHand.Of(_targets));
        _studentErrors = [.. student.Zip(targets, RowsByHand.SquaredDistance)];
        _teacherErrors = [.. teacher.Zip(targets, RowsByHand.SquaredDistance)];
        _distances = [.. student.Zip(teacher, RowsByHand.SquaredDistance)];
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Error_with_the_targets_is_a_mean_over_all_elements() => Close.ShouldBe(Value(new TargetMseLoss()), _studentErrors.Sum() / 24, 1e-12);

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(100)]
    public void Bounded_error_counts_until_it_is_below_the_teachers_by_the_margin(double margin) =>
        Close.ShouldBe(
            Value(new BoundedRegressionLoss(margin)),
            _studentErrors.Zip(_teacherErrors, (student, teacher) => student + margin > teacher ? student : 0).Average(),
            1e-12);

    [Fact]
    public void Larger_margin_never_counts_less() =>
        Gen.Select(Gen.Double[0, 5], Gen.Double[0, 5]).ForAll(
            (margin, more) => Value(new BoundedRegressionLoss(margin + more)).Should().BeGreaterThanOrEqualTo(Value(new BoundedRegressionLoss(margin))),
            iter: 50);

    [Fact]
    public void Imitation_is_weighted_by_how_right_the_teacher_is()
    {
        double range = _teacherErrors.Max() - _teacherErrors.Min();

        Close.ShouldBe(
            Value(new AttentiveImitationLoss()),
            _distances.Zip(_teacherErrors, (distance, error) => Math.Max(0, 1 - (error / range)) * distance).Average(),
            1e-12);
    }

    [Fact]
    public void Range_of_the_data_set_is_used_where_it_is_known() =>
        Close.ShouldBe(
            Value(new AttentiveImitationLoss { ErrorRange = 4 }),
            _distances.Zip(_teacherErrors, (distance, error) => Math.Max(0, 1 - (error / 4)) * distance).Average(),
            1e-12);

    [Fact]
    public void Teacher_that_is_right_everywhere_is_imitated_plainly()
    {
        double value = new AttentiveImitationLoss().Compute(Some.Context(_student, _targets, _targets)).item<double>();

        Close.ShouldBe(value, _studentErrors.Average(), 1e-12);
    }

    [Fact]
    public void Masked_rows_are_not_in_the_range()
    {
        // The largest and the smallest error are out.
        bool[] counts = [.. _teacherErrors.Select(error => error < _teacherErrors.Max() && error > _teacherErrors.Min())];
        var batch = new MaskedBatch(torch.zeros(2, 1), _targets.view(2, 4, 3), torch.arange(2, torch.ScalarType.Int64), torch.tensor(counts).view(2, 4));

        double value = new AttentiveImitationLoss()
            .Compute(new DistillationContext(new ModelOutput(_student.view(2, 4, 3)), new ModelOutput(_teacher.view(2, 4, 3)), batch))
            .item<double>();

        int[] kept = [.. Enumerable.Range(0, 8).Where(row => counts[row])];
        double range = kept.Max(row => _teacherErrors[row]) - kept.Min(row => _teacherErrors[row]);
        Close.ShouldBe(value, kept.Average(row => Math.Max(0, 1 - (_teacherErrors[row] / range)) * _distances[row]), 1e-12);
    }

    [Fact]
    public void One_target_for_each_sample_may_stand_alone()
    {
        Tensor one = _student.narrow(1, 0, 1);
        IDistillationLoss[] losses = [new TargetMseLoss(), new BoundedRegressionLoss(), new AttentiveImitationLoss()];

        losses.Should().AllSatisfy(loss => Close.ShouldBe(
            loss.Compute(Some.Context(one, _teacher.narrow(1, 0, 1), _targets.select(1, 0))).item<double>(),
            loss.Compute(Some.Context(one, _teacher.narrow(1, 0, 1), _targets.narrow(1, 0, 1))).item<double>(),
            1e-15));
    }

    [Fact]
    public void Targets_of_another_shape_or_type_are_named()
    {
        Action shape = () => new TargetMseLoss().Compute(Some.Context(_student, null, _targets.narrow(1, 0, 2)));
        Action type = () => new TargetMseLoss().Compute(Some.Context(_student.narrow(1, 0, 1), null, Some.Labels(8)));

        shape.Should().Throw<InvalidOperationException>().WithMessage("*?8, 3? of a floating type*?8, 2? Float64*");
        type.Should().Throw<InvalidOperationException>().WithMessage("*?8, 1? of a floating type*?8?*?8? Int64*");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Func<object>[] wrong = [() => new BoundedRegressionLoss(-1), () => new AttentiveImitationLoss { ErrorRange = 0 }];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>());
    }

    private double Value(IDistillationLoss loss) => loss.Compute(Some.Context(_student, _teacher, _targets)).item<double>();
}
