using Distillation.Tests.Conventions;

namespace Distillation.Tables.Tests.Conventions;

public sealed class KeptAliveScalarTests
{
    [Fact]
    public void Library_calls_no_operator_that_leaves_a_number_unheld() =>
        ScalarMakers.OperatorsCalledBy(typeof(TableData).Assembly).Should().BeEmpty();
}
