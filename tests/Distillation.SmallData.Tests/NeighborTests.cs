namespace Distillation.SmallData.Tests;

public sealed class NeighborTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public void Sample_lies_between_its_original_and_one_of_the_nearest_of_its_class(int neighbors)
    {
        const int count = 40;
        using var originals = new LabeledSamples(Some.Data(count, 3, classes: 3, dtype: torch.ScalarType.Float64));
        double[][] points = Rows(originals.Inputs);
        double[] labels = Close.Numbers(originals.Labels!);
        double[] deviations = [.. Enumerable.Range(0, 3).Select(column => Deviation([.. points.Select(point => point[column])]))];

        double[][] samples = Rows(Read(originals, new Smote(neighbors), 5 * count).Inputs);

        var chosen = new HashSet<(int, int)>();
        for (int i = 0; i < samples.Length; i++)
        {
            double[] own = points[i % count];
            int[] nearest = [.. Enumerable.Range(0, count).Where(other => other != i % count && labels[other] == labels[i % count])
                .OrderBy(other => own.Zip(points[other], (a, b) => a - b).Zip(deviations, (difference, deviation) => Math.Pow(difference / deviation, 2)).Sum())
                .Take(neighbors)];
            int[] between = [.. nearest.Where(other => IsBetween(own, points[other], samples[i]))];
            between.Should().NotBeEmpty();
            chosen.Add((i % count, between[0]));
        }

        chosen.Count.Should().BeGreaterThanOrEqualTo(neighbors == 1 ? count : 2 * count);
    }

    [Fact]
    public void Only_member_of_a_class_is_repeated()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[,] { { 0.1f }, { 1.7f }, { 5.3f } }), torch.tensor([0L, 0, 1])));

        double[] samples = Close.Numbers(Read(originals, new Smote(), 30).Inputs);

        samples.Where((_, number) => number % 3 == 2).Should().OnlyContain(sample => sample == 5.3f);
        samples.Where((_, number) => number % 3 != 2)
            .Should().OnlyContain(sample => sample >= 0.1f && sample <= 1.7f).And.Contain(sample => sample > 0.5 && sample < 1.3);
    }

    [Fact]
    public void Neighbors_of_any_class_share_the_label_as_the_inputs()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[,] { { 0f }, { 1f }, { 10f }, { 11f } }), torch.tensor([0L, 1, 0, 1])));

        Batch batch = Read(originals, new Smote(1) { AnyClass = true }, 100);

        double[] ofOne = Close.Numbers(batch.Labels!.select(1, 1));
        Close.Numbers(batch.Inputs).Select((input, number) => number % 4 < 2 ? input : input - 10).Zip(ofOne)
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Fact]
    public void Neighbors_of_any_class_need_no_labels()
    {
        using var originals = new LabeledSamples(new TensorData(Some.Inputs(6)));

        Read(originals, new Smote { AnyClass = true }, 6).Labels.Should().BeNull();
    }

    [Fact]
    public void Columns_of_a_table_count_in_their_own_deviation()
    {
        // By plain distance the nearest of the first is the second, by scaled distance the third.
        Tensor inputs = torch.tensor(new[,] { { 0f, 0f }, { 1f, 0f }, { 0f, 100f }, { 1f, 1000f }, { 1f, -1000f }, { 0f, 1000f } });
        using var originals = new LabeledSamples(new TensorData(inputs));

        double[][] samples = Rows(originals.Generate(new Smote(1) { AnyClass = true }, 60).Read(torch.arange(0, 60, 6, torch.ScalarType.Int64)).Inputs);

        samples.Should().OnlyContain(sample => sample[0] == 0 && sample[1] >= 0 && sample[1] <= 100);
    }

    [Fact]
    public void Neighbors_are_the_same_when_they_are_found_by_chunks()
    {
        // 1300 points on a line, of which the next is always nearest: chunks are of 512.
        Tensor line = torch.arange(1300, torch.ScalarType.Float64).square().unsqueeze(1);
        using var originals = new LabeledSamples(new TensorData(line));

        double[] samples = Close.Numbers(Read(originals, new Smote(1) { AnyClass = true }, 1300).Inputs);

        samples.Skip(1).Select((sample, before) => (sample, before))
            .Should().OnlyContain(pair => pair.sample <= Math.Pow(pair.before + 1, 2) && pair.sample >= Math.Pow(pair.before, 2) - 1e-6);
    }

    [Fact]
    public void Munge_takes_the_nearest_value_with_its_probability_and_noise_in_the_measure_of_the_distance()
    {
        // Pairs 4 apart, far from others.
        Tensor inputs = torch.tensor(new[] { 0.0, 4, 1000, 1004 }, torch.ScalarType.Float64).unsqueeze(1).expand(4, 500).contiguous();
        using var originals = new LabeledSamples(new TensorData(inputs, torch.tensor([0L, 1, 0, 1])));

        Batch batch = Read(originals, new Munge(0.3) { Closeness = 20 }, 4);

        double[] first = Rows(batch.Inputs)[0];
        double[] taken = [.. first.Where(value => value != 0)];
        taken.Length.Should().BeInRange(115, 185);
        taken.Average().Should().BeApproximately(4, 0.08);
        Deviation(taken).Should().BeApproximately(4.0 / 20, 0.04);
        Close.ShouldBe(Close.Numbers(batch.Labels![0]), [1 - (taken.Length / 500.0), taken.Length / 500.0], 1e-12);
    }

    [Fact]
    public void Munge_swaps_names_without_noise_and_counts_them_in_the_distance()
    {
        // By the measure alone the second is nearest to the first; with the names it is the third.
        Tensor inputs = torch.tensor(
            new[,] { { 0.0, 1, 1, 1 }, { 0.1, 7, 8, 9 }, { 1, 1, 1, 2 }, { 1.1, 7, 8, 8 }, { 5, 20, 21, 22 } }, torch.ScalarType.Float64);
        using var originals = new LabeledSamples(new TensorData(inputs));
        var munge = new Munge(0.5) { Kinds = [ColumnKind.Continuous, ColumnKind.Nominal, ColumnKind.Nominal, ColumnKind.Nominal] };

        double[][] samples = Rows(originals.Generate(munge, 500).Read(torch.arange(0, 500, 5, torch.ScalarType.Int64)).Inputs);

        samples.Should().OnlyContain(sample => sample[1] == 1 && sample[2] == 1 && (sample[3] == 1 || sample[3] == 2));
        samples.Count(sample => sample[3] == 2).Should().BeInRange(30, 70);
        samples.Where(sample => sample[0] != 0).Should().OnlyContain(sample => Math.Abs(sample[0] - 1) < 0.5).And.Contain(sample => sample[0] != 1);
    }

    [Fact]
    public void Munge_of_probability_zero_changes_nothing()
    {
        using var originals = new LabeledSamples(Some.Data());

        Close.Numbers(Read(originals, new Munge(0), 20).Inputs).Should().Equal(Close.Numbers(originals.Inputs));
    }

    [Fact]
    public void Munge_names_a_table_that_has_other_columns()
    {
        using var originals = new LabeledSamples(Some.Data());
        Action read = () => Read(originals, new Munge { Kinds = [ColumnKind.Nominal] }, 1);

        read.Should().Throw<InvalidOperationException>().WithMessage("Munge*[M, 1]*[20, 6]*");
    }

    [Fact]
    public void Bad_options_are_refused_where_they_are_written()
    {
        Action[] all = [() => _ = new Smote(0), () => _ = new Munge(1.1), () => _ = new Munge { Closeness = 0 }, () => _ = new Munge { Kinds = [] }, () =>
            _ = new Munge { Kinds = [(ColumnKind)7] }];

        all.Should().AllSatisfy(one => one.Should().Throw<ArgumentOutOfRangeException>());
    }

    private static Batch Read(LabeledSamples originals, ISampleGenerator generator, long count) =>
        originals.Generate(generator, count).Read(torch.arange(count, torch.ScalarType.Int64));

    private static double[][] Rows(Tensor table) => [.. Close.Numbers(table).Chunk((int)table.size(1))];

    private static double Deviation(double[] values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));

    // sample = a + t (b − a) with one t in [0, 1] for all columns.
    private static bool IsBetween(double[] a, double[] b, double[] sample)
    {
        double share = (sample[0] - a[0]) / (b[0] - a[0]);
        return share is >= 0 and <= 1
            && Enumerable.Range(0, a.Length).All(column => Math.Abs(sample[column] - a[column] - (share * (b[column] - a[column]))) < 1e-9);
    }
}
