using CsCheck;

namespace Distillation.SmallData.Tests;

public sealed class SampleRandomTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Draws_of_a_sample_do_not_depend_on_the_batch() =>
        Gen.Long[0, 1_000_000].Array[1, 20].ForAll(numbers =>
        {
            using var scope = torch.NewDisposeScope();
            SampleRandom together = Chance(numbers);
            _ = together.Uniform(2);
            double[] second = Close.Numbers(together.Normal(3));

            for (int i = 0; i < numbers.Length; i++)
            {
                SampleRandom alone = Chance(numbers[i]);
                _ = alone.Uniform(2);
                Close.Numbers(alone.Normal(3)).Should().Equal(second[(3 * i)..((3 * i) + 3)]);
            }
        }, iter: 30);

    [Fact]
    public void Some_of_the_samples_go_on_where_all_were()
    {
        SampleRandom all = Chance(10, 11, 12);
        _ = all.Uniform(1);
        SampleRandom some = all.Of([2, 0]);

        double[] ofSome = Close.Numbers(some.Uniform(1));

        double[] ofAll = Close.Numbers(all.Uniform(1));
        ofSome.Should().Equal(ofAll[2], ofAll[0]);
    }

    [Fact]
    public void Uniform_numbers_fill_the_unit_interval_evenly()
    {
        double[] numbers = Close.Numbers(Chance([.. Enumerable.Range(0, 1000).Select(i => (long)i)]).Uniform(10, torch.ScalarType.Float64));

        numbers.Should().OnlyContain(number => number >= 0 && number < 1);
        numbers.Average().Should().BeApproximately(0.5, 0.01);
        numbers.Average(number => number * number).Should().BeApproximately(1.0 / 3, 0.01);
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_deviation_one()
    {
        double[] numbers = Close.Numbers(Chance([.. Enumerable.Range(0, 1000).Select(i => (long)i)]).Normal(10, torch.ScalarType.Float64));

        numbers.Average().Should().BeApproximately(0, 0.04);
        numbers.Average(number => number * number).Should().BeApproximately(1, 0.05);
        numbers.Average(number => Math.Pow(number, 4)).Should().BeApproximately(3, 0.3);
    }

    [Fact]
    public void Whole_numbers_are_below_their_bound_and_reach_it()
    {
        double[] numbers = Close.Numbers(Chance([.. Enumerable.Range(0, 1000).Select(i => (long)i)]).Below(7));

        numbers.Distinct().Order().Should().Equal(0, 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Seeds_and_draws_differ()
    {
        SampleRandom one = Chance(1, 2, 3);
        double[] first = Close.Numbers(one.Uniform(4));

        Close.Numbers(one.Uniform(4)).Should().NotIntersectWith(first);
        Close.Numbers(new SampleRandom(6, torch.tensor([1L, 2, 3]), torch.CPU).Uniform(4)).Should().NotIntersectWith(first);
    }

    private static SampleRandom Chance(params long[] numbers) => new(5, torch.tensor(numbers), torch.CPU);
}
