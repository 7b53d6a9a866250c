namespace Distillation.SmallData.Tests.Synthesis;

public sealed class CoresetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Herding_keeps_the_mean_of_the_chosen_near_the_mean_of_the_class()
    {
        using LabeledSamples line = Of([0, 1, 2, 9], [0, 0, 0, 0]);

        // The mean is 3: 2 is the nearest; (2 + 1)/2 is nearer than 1 and 5.5; (2 + 1 + 9)/3 is nearer than 1.
        new Herding { HasUnitFeatures = false }.Select(line, 3).Should().Equal(2, 1, 3);
    }

    [Fact]
    public void Herding_of_unit_features_compares_directions()
    {
        using var data = new LabeledSamples(new TensorData(
            torch.tensor(new double[,] { { 10, 0 }, { 9, 0 }, { 0, 1 } }), torch.zeros(3, dtype: torch.ScalarType.Int64)));

        // As they are the mean is (6.3, 0.3), nearest to (9, 0); as directions the first two are the same.
        new Herding { HasUnitFeatures = false }.Select(data, 1).Should().Equal(1);
        new Herding().Select(data, 1).Should().Equal(0);
    }

    [Fact]
    public void Greedy_k_center_takes_the_farthest()
    {
        using LabeledSamples line = Of([0, 1, 2, 9], [0, 0, 0, 0]);

        new KCenterGreedy().Select(line, 4).Should().Equal(2, 3, 0, 1);
    }

    [Fact]
    public void Greedy_k_center_covers_within_twice_the_best_radius()
    {
        using LabeledSamples line = Of([.. Enumerable.Range(0, 101).Select(i => i / 100.0)], new long[101]);

        double[] centers = [.. new KCenterGreedy().Select(line, 5).Select(number => number / 100.0)];

        // Five intervals of a length of 0.2 cover [0, 1] with a radius of 0.1.
        Enumerable.Range(0, 101).Max(i => centers.Min(center => Math.Abs(center - (i / 100.0)))).Should().BeLessThanOrEqualTo(0.2);
    }

    [Fact]
    public void Copies_are_chosen_once_each()
    {
        using LabeledSamples same = Of([1, 1, 1], [0, 0, 0]);

        new KCenterGreedy().Select(same, 3).Should().BeEquivalentTo([0, 1, 2]);
        new Herding().Select(same, 3).Should().BeEquivalentTo([0, 1, 2]);
    }

    [Fact]
    public void Each_class_has_its_own_choice_and_a_small_one_is_taken_whole()
    {
        using LabeledSamples two = Of([0, 10, 1, 11, 2, 30], [0, 4, 0, 4, 0, 2]);
        foreach (IDataCondenser condenser in new IDataCondenser[] { new RandomSubset(), new Herding(), new KCenterGreedy() })
        {
            using TensorData few = condenser.Condense(two, 2, seed: 3);

            few.Labels!.data<long>().ToArray().Should().Equal([0, 0, 2, 4, 4], condenser.Name);
            few.Inputs[2].item<double>().Should().Be(30);
            few.Inputs.data<double>().ToArray().Should().OnlyHaveUniqueItems().And.BeSubsetOf([0, 10, 1, 11, 2, 30]);
        }
    }

    [Fact]
    public void Features_decide_where_there_is_a_map()
    {
        using LabeledSamples line = Of([0, 1, 2, 9], [0, 0, 0, 0]);

        // As −1/(x + 1) the mean is −0.48: that of 1 is nearest.
        var herding = new Herding { HasUnitFeatures = false, FeatureMap = inputs => -1 / (inputs + 1) };

        herding.Select(line, 1).Should().Equal(1);
    }

    [Fact]
    public void Random_subset_follows_the_seed()
    {
        using LabeledSamples many = Of([.. Enumerable.Range(0, 100).Select(i => (double)i)], new long[100]);
        double[] Drawn(int seed)
        {
            using TensorData few = new RandomSubset().Condense(many, 10, seed);
            return few.Inputs.data<double>().ToArray();
        }

        Drawn(1).Should().Equal(Drawn(1)).And.NotEqual(Drawn(2));
    }

    [Fact]
    public void Data_without_labels_are_refused()
    {
        using var unlabeled = new LabeledSamples(new TensorData(torch.rand(4, 1)));

        unlabeled.Invoking(data => new Herding().Condense(data, 2)).Should().Throw<InvalidOperationException>().WithMessage("*labels*");
        unlabeled.Invoking(data => new Herding().Condense(data, 0)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*samplesPerClass*positive*");
    }

    [Fact]
    public void Nothing_leaks() => Leak.None(() =>
    {
        using LabeledSamples line = Of([0, 1, 2, 9], [0, 0, 1, 1]);
        new Herding().Condense(line, 2).Dispose();
        new KCenterGreedy().Condense(line, 2).Dispose();
        new RandomSubset().Condense(line, 2).Dispose();
    });

    private static LabeledSamples Of(double[] points, long[] labels)
    {
        using Tensor inputs = torch.tensor(points, [points.Length, 1]);
        using Tensor ids = torch.tensor(labels);
        return new LabeledSamples(new TensorData(inputs, ids));
    }
}
