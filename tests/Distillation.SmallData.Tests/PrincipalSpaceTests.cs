namespace Distillation.SmallData.Tests;

public sealed class PrincipalSpaceTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(30)]
    [InlineData(4)]
    public void Low_rank_keeps_the_directions_of_most_variance(int samples)
    {
        // Three known directions at right angles, (1, 2, 2)/3, (2, 1, −2)/3 and (2, −2, 1)/3, of falling variance, in more columns than samples or fewer.
        double[][] directions = [[1, 2, 2, 0, 0, 0], [2, 1, -2, 0, 0, 0], [2, -2, 1, 0, 0, 0]];
        (double First, double Second, double Third)[] places =
            [.. Enumerable.Range(0, samples).Select(i => (9 * Wave(i, 0, samples), 4 * Wave(i, 1, samples), 1 * Wave(i, 2, samples)))];
        double[] Point(double first, double second, double third) =>
            [.. Enumerable.Range(0, 6).Select(d => 5 + (((first * directions[0][d]) + (second * directions[1][d]) + (third * directions[2][d])) / 3))];
        using LabeledSamples originals = Table([.. places.Select(place => Point(place.First, place.Second, place.Third))]);

        double[] two = Close.Numbers(Read(originals, new PcaReconstruction { Components = 2 }, samples).Inputs);
        double[] all = Close.Numbers(Read(originals, new PcaReconstruction { Components = 100 }, samples).Inputs);

        Close.ShouldBe(two, [.. places.SelectMany(place => Point(place.First, place.Second, 0))], 1e-9);
        Close.ShouldBe(all, Close.Numbers(originals.Inputs), 1e-9);
    }

    [Theory]
    [InlineData(0.6, 1)]
    [InlineData(0.91, 2)]
    [InlineData(0.999, 3)]
    [InlineData(1, 3)]
    [InlineData(0, 0)]
    public void Low_rank_keeps_as_many_components_as_the_variance_needs(double share, int kept)
    {
        // Columns of variances 9, 4 and 1, uncorrelated: shares 0.643, 0.929 and 1.
        const int samples = 32;
        double[][] rows = [.. Enumerable.Range(0, samples).Select(i => new[] { 3 * Wave(i, 0, samples), 2 * Wave(i, 1, samples), 1 * Wave(i, 2, samples) })];
        using LabeledSamples originals = Table(rows);

        double[] reconstructed = Close.Numbers(Read(originals, new PcaReconstruction { VarianceShare = share }, samples).Inputs);

        Close.ShouldBe(reconstructed, [.. rows.SelectMany(row => row.Select((value, column) => column < kept ? value : 0))], 1e-9);
    }

    [Fact]
    public void Low_rank_of_another_input_is_its_projection()
    {
        // The originals lie on the first axis; what is added to the second is dropped.
        using LabeledSamples originals = Table([[1, 0], [-1, 0], [3, 0], [-3, 0]]);

        double[] projected = Close.Numbers(Read(originals, new Beside().Then(new PcaReconstruction()), 4).Inputs);

        Close.ShouldBe(projected, [1, 0, -1, 0, 3, 0, -3, 0], 1e-9);
    }

    [Fact]
    public void Gaussian_draws_have_the_mean_and_covariance_of_their_class()
    {
        using LabeledSamples originals = TwoClouds();

        double[][] samples = Rows(Read(originals, new ClassGaussian { Shrinkage = 0 }, 8000).Inputs);

        double[][] second = [.. samples.Where((_, number) => number % 40 >= 20)];
        ShouldBeSpreadAs(second, [.. Rows(originals.Inputs).Skip(20)], times: 1);
    }

    [Fact]
    public void Shrinkage_of_one_gives_all_classes_the_same_covariance()
    {
        using LabeledSamples originals = TwoClouds();
        double[][] points = Rows(originals.Inputs);
        double[][] centered = [.. Centered(points[..20]), .. Centered(points[20..])];

        double[][] samples = Rows(Read(originals, new ClassGaussian { Shrinkage = 1 }, 8000).Inputs);

        double[][] first = Centered([.. samples.Where((_, number) => number % 40 < 20)]);
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                Moment(first, row, column)
                    .Should().BeApproximately(Moment(centered, row, column), 0.08 * Math.Sqrt(Moment(centered, row, row) * Moment(centered, column, column)));
            }
        }
    }

    [Fact]
    public void Class_of_one_sample_borrows_the_spread_of_the_others()
    {
        using var originals = new LabeledSamples(
            new TensorData(torch.tensor(new[,] { { 0.0 }, { 2 }, { 10 } }, torch.ScalarType.Float64), torch.tensor([0L, 0, 1])));

        double[] alone = [.. Close.Numbers(Read(originals, new ClassGaussian { Shrinkage = 0.5 }, 9000).Inputs).Where((_, number) => number % 3 == 2)];

        // W = (1 + 1 + 0)/3, half of it is the variance.
        alone.Average().Should().BeApproximately(10, 0.05);
        alone.Average(value => Math.Pow(value - 10, 2)).Should().BeApproximately(0.5 * 2 / 3, 0.03);
    }

    [Theory]
    [InlineData(BandwidthRule.Scott, 1)]
    [InlineData(BandwidthRule.Silverman, 1)]
    [InlineData(BandwidthRule.Silverman, 0.5)]
    public void Kernel_noise_has_the_covariance_of_the_class_in_the_bandwidth_of_the_rule(BandwidthRule rule, double scale)
    {
        using LabeledSamples originals = TwoClouds();
        double[][] points = Rows(originals.Inputs);

        double[][] samples = Rows(Read(originals, new ClassKernelDensity { Rule = rule, Scale = scale, Shrinkage = 0 }, 8000).Inputs);

        double[][] noise =
            [.. samples.Select((sample, number) => sample.Zip(points[number % 40], (a, b) => a - b).ToArray()).Where((_, number) => number % 40 >= 20)];
        double width = scale * (rule == BandwidthRule.Scott ? Math.Pow(20, -1.0 / 7) : Math.Pow(4.0 / (5 * 20), 1.0 / 7));
        ShouldBeSpreadAs(noise, Centered(points[20..]), times: width * width);
    }

    [Fact]
    public void Kernel_noise_stays_in_the_first_components()
    {
        using LabeledSamples originals = Table([[10, 1], [-10, 1], [10, -1], [-10, -1]], [0, 0, 0, 0]);

        double[][] samples = Rows(Read(originals, new ClassKernelDensity(components: 1), 40).Inputs);

        samples.Select((sample, number) => (sample, number))
            .Should().OnlyContain(pair => Math.Abs(pair.sample[1] - (pair.number % 4 < 2 ? 1 : -1)) < 1e-9 && Math.Abs(Math.Abs(pair.sample[0]) - 10) > 1e-6);
    }

    [Fact]
    public void Draws_stay_in_the_first_components()
    {
        using LabeledSamples originals = Table([[10, 1], [-10, 1], [10, -1], [-10, -1]], [0, 0, 0, 0]);

        double[][] samples = Rows(Read(originals, new ClassGaussian(components: 1), 40).Inputs);

        samples.Should().OnlyContain(sample => Math.Abs(sample[1]) < 1e-9).And.Contain(sample => Math.Abs(sample[0]) > 3);
    }

    [Fact]
    public void Label_is_the_class_of_the_original()
    {
        using LabeledSamples originals = TwoClouds();

        Close.Numbers(Read(originals, new ClassGaussian(), 40).Labels!.argmax(1)).Should().Equal(Close.Numbers(originals.Labels!));
        Close.Numbers(Read(originals, new ClassKernelDensity(), 40).Labels!.argmax(1)).Should().Equal(Close.Numbers(originals.Labels!));
    }

    [Fact]
    public void Originals_that_are_all_the_same_are_repeated()
    {
        using var originals = new LabeledSamples(new TensorData(torch.full(6, 3, 0.1f), torch.tensor([0L, 0, 0, 1, 1, 1])));

        Close.ShouldBe(
            Close.Numbers(Read(originals, new RandomChoice(new ClassGaussian(), new ClassKernelDensity(), new PcaReconstruction()), 60).Inputs),
            [.. Enumerable.Repeat((double)0.1f, 180)],
            1e-7);
    }

    [Fact]
    public void Classes_that_do_not_occur_harm_nothing()
    {
        using var originals = new LabeledSamples(Some.Data(10, 4, classes: 2), classes: 5);

        Read(originals, new RandomChoice(new ClassGaussian(), new ClassKernelDensity()), 30).Inputs.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Bad_options_are_refused_where_they_are_written()
    {
        Action[] all =
        [
            () => _ = new PcaReconstruction { Components = 0 }, () =>
                _ = new PcaReconstruction { VarianceShare = 1.1 }, () => _ = new ClassGaussian(0), () => _ = new ClassGaussian { Shrinkage = -0.1 },
            () => _ = new ClassKernelDensity(0), () => _ = new ClassKernelDensity { Scale = 0 }, () =>
                _ = new ClassKernelDensity { Rule = (BandwidthRule)9 }, () => _ = new ClassKernelDensity { Shrinkage = 2 },
        ];

        all.Should().AllSatisfy(one => one.Should().Throw<ArgumentOutOfRangeException>());
    }

    // Orthogonal columns of mean 0 and variance 1: waves of whole periods; for four samples the rows of a Hadamard matrix.
    private static double Wave(int sample, int number, int samples) => samples == 4
        ? new double[][] { [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1] }[number][sample]
        : Math.Sqrt(2) * Math.Cos(2 * Math.PI * (number + 1) * sample / samples);

    private static LabeledSamples Table(double[][] rows, long[]? labels = null) => new(new TensorData(
        torch.tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length], torch.ScalarType.Float64), labels is null
            ? null
            : torch.tensor(labels)));

    // Twenty points of each of two classes, with other means and covariances.
    private static LabeledSamples TwoClouds()
    {
        Tensor first = Some.Inputs(20, 3, seed: 4, torch.ScalarType.Float64);
        Tensor second = Some.Inputs(20, 3, seed: 5, torch.ScalarType.Float64)
            .matmul(torch.tensor(new[,] { { 2.0, 1, 0 }, { 0, 0.5, 1 }, { 0, 0, 3 } }, torch.ScalarType.Float64))
            + 7;
        return new LabeledSamples(
            new TensorData(torch.cat([first, second]), torch.cat([torch.zeros(20, torch.ScalarType.Int64), torch.ones(20, torch.ScalarType.Int64)])));
    }

    private static void ShouldBeSpreadAs(double[][] samples, double[][] expected, double times)
    {
        double[][] around = Centered(samples);
        double[][] model = Centered(expected);
        for (int row = 0; row < 3; row++)
        {
            samples.Average(sample => sample[row]).Should().BeApproximately(expected.Average(point => point[row]), 0.07 * Math.Sqrt(Moment(model, row, row)));
            for (int column = 0; column < 3; column++)
            {
                Moment(around, row, column).Should().BeApproximately(
                    times * Moment(model, row, column), 0.08 * times * Math.Sqrt(Moment(model, row, row) * Moment(model, column, column)));
            }
        }
    }

    private static double[][] Centered(double[][] points)
    {
        double[] means = [.. Enumerable.Range(0, points[0].Length).Select(column => points.Average(point => point[column]))];
        return [.. points.Select(point => point.Zip(means, (value, mean) => value - mean).ToArray())];
    }

    private static double Moment(double[][] points, int row, int column) => points.Average(point => point[row] * point[column]);

    private static Batch Read(LabeledSamples originals, ISampleGenerator generator, long count) =>
        originals.Generate(generator, count).Read(torch.arange(count, torch.ScalarType.Int64));

    private static double[][] Rows(Tensor table) => [.. Close.Numbers(table).Chunk((int)table.size(1))];

    private sealed class Beside : SampleTransform
    {
        protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random) =>
            inputs + torch.tensor(new[] { 0.0, 5 }, torch.ScalarType.Float64);
    }
}
