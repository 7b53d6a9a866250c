using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>Students with one output: a loss that compares classes would be a constant.</summary>
public sealed class SingleOutputTests
{
    public static TheoryData<string> RowLosses => LossZoo.RowLosses;

    [Theory]
    [MemberData(nameof(RowLosses))]
    public void Loss_teaches_one_output_or_refuses_it_before_the_run(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name), classes: 1).Prepare();

        Exception? refused = Record.Exception(() => LossSum.Of(models.Loss).Try(models.Context));

        if (refused is not null)
        {
            refused.Should().BeOfType<InvalidOperationException>().Which.Message
                .Should().Contain(models.Loss.Name).And.Contain("[6, 1]").And.Contain(nameof(BinaryLabelLoss));
            return;
        }

        models.Compute().backward();
        Close.Largest(Close.Numbers(models.StudentLogits.grad!)).Should().BePositive();
    }
}
