using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class ClassConsistencyLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Each_row_learns_from_the_next_one_of_its_class()
    {
        Tensor student = Some.Inputs(6, 3, 4, torch.ScalarType.Float64).requires_grad_();
        long[] labels = [1, 0, 1, 2, 1, 0];
        int[] partners = [2, 5, 4, 3, 0, 1];
        double[][] rows = RowsByHand.Of(student);

        Tensor value = new ClassConsistencyLoss(2).Compute(Some.Context(student, teacher: null, torch.tensor(labels)));
        value.backward();

        Close.ShouldBe(value.item<double>(), 4 * partners.Select((partner, row) => RowsByHand.Divergence(rows[row], rows[partner], 2)).Average(), 1e-12);

        // The partner is a constant: the gradient is T · (q − p)/R.
        double[] expected = [.. partners.SelectMany((partner, row) =>
            RowsByHand.Softmax(rows[row], 2).Zip(RowsByHand.Softmax(rows[partner], 2), (q, p) => 2 * (q - p) / 6))];
        Close.ShouldBe(Close.Numbers(student.grad!), expected, 1e-12);
    }

    [Fact]
    public void Rows_that_are_left_out_are_no_partners()
    {
        Tensor student = Some.Inputs(4, 3, 4, torch.ScalarType.Float64);

        double value = new ClassConsistencyLoss { IgnoredLabel = -100 }.Compute(Some.Context(student, null, torch.tensor([0L, -100, 0, -100]))).item<double>();

        Tensor kept = student.index_select(0, torch.tensor([0L, 2]));
        Close.ShouldBe(value, new ClassConsistencyLoss().Compute(Some.Context(kept, null, torch.tensor([0L, 0]))).item<double>(), 1e-12);
    }

    [Fact]
    public void A_batch_of_one_sample_of_each_class_has_the_value_zero()
    {
        Tensor student = Some.Inputs(3, 3, 4, torch.ScalarType.Float64);

        new ClassConsistencyLoss().Compute(Some.Context(student, null, torch.tensor([2L, 0, 1]))).item<double>().Should().Be(0);
    }
}
