using Distillation.Losses;

namespace Distillation.Tests.Losses;

public sealed class LogitRowsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 2 }, "[2]", "[2] Float32")]
    [InlineData(new long[] { 2, 5, 3 }, new long[] { 2, 5 }, "[2, 5]", "[2, 5] Float32")]
    public void Labels_of_a_floating_type_are_no_class_ids(long[] logits, long[] labels, string expected, string found) =>
        Reading(torch.zeros(logits), torch.zeros(labels)).Should().Throw<InvalidOperationException>()
            .WithMessage($"Labels must be class ids {expected} of an integer type, one for each row of logits [{string.Join(", ", logits)}], but are {found}.");

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 2, 1 })]
    [InlineData(new long[] { 2, 5, 3 }, new long[] { 2, 3 })]
    [InlineData(new long[] { 2, 3, 4, 4 }, new long[] { 2, 4, 2 })]
    public void Class_ids_of_another_shape_than_the_rows_are_refused(long[] logits, long[] labels) =>
        Reading(torch.zeros(logits), torch.zeros(labels, torch.ScalarType.Int64)).Should().Throw<InvalidOperationException>()
            .WithMessage($"Labels must be class ids * of an integer type, one for each row of logits *, but are [{string.Join(", ", labels)}] Int64.");

    [Theory]
    [InlineData(torch.ScalarType.Int32)]
    [InlineData(torch.ScalarType.Byte)]
    public void Class_ids_of_any_integer_type_are_read_in_the_order_of_the_rows(torch.ScalarType type)
    {
        long[]? read = null;

        new Reader(rows => read = [.. rows.Labels.data<long>()]).Compute(Some.Context(torch.zeros(2, 3, 4), null, torch.arange(6).reshape(2, 3).to(type)));

        read.Should().Equal(0, 1, 2, 3, 4, 5);
    }

    private static Action Reading(Tensor logits, Tensor labels) => () => new Reader(rows => _ = rows.Labels).Compute(Some.Context(logits, null, labels));

    private sealed class Reader(Action<LogitRows> read) : RowLoss
    {
        public override Tensor ComputeRows(LogitRows rows)
        {
            read(rows);
            return rows.Student.sum(1);
        }
    }
}
