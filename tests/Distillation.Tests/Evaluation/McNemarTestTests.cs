using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class McNemarTestTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(1, 9, 0.021484375)]
    [InlineData(9, 1, 0.021484375)]
    public void Probability_is_that_of_the_binomial_distribution(long first, long second, double expected) =>
        McNemarTest.Of(first, second).PValue.Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void Many_differences_do_not_overflow() => McNemarTest.Of(40_000, 40_400).PValue.Should().BeInRange(0.1, 0.2);

    [Fact]
    public void Only_samples_on_which_both_differ_count()
    {
        using var scope = torch.NewDisposeScope();
        IDataSource test = new TensorData(torch.zeros(4, 1), torch.tensor([0L, 1, 0, 1]));

        McNemarTest result = McNemarTest.Compare(Says(0, 1, 0, 0), Says(0, 0, 1, 0), test);

        (result.OnlyFirst, result.OnlySecond).Should().Be((2, 0));
    }

    private static ITeacher Says(params long[] classes) =>
        Teacher.From(_ => torch.nn.functional.one_hot(torch.tensor(classes), 2).to(torch.ScalarType.Float32));
}
