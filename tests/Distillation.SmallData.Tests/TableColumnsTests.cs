namespace Distillation.SmallData.Tests;

public sealed class TableColumnsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Names_come_from_the_original_with_the_largest_share()
    {
        using LabeledSamples originals = Table(new[,] { { 0.0, 3 }, { 1, 8 } });

        double[][] samples = Read(originals, new TableColumns(new Mixup(), ColumnKind.Continuous, ColumnKind.Nominal), 100);

        samples.Should().OnlyContain(sample => sample[1] == (sample[0] < 0.5 ? 3 : 8)).And.Contain(sample => sample[0] > 0.2 && sample[0] < 0.8);
    }

    [Fact]
    public void Name_that_one_of_the_originals_has_stays()
    {
        // Nine attributes are the first's, one name the second's.
        using LabeledSamples originals = Table(new[,] { { 3.0, 1, 1, 1 }, { 8, 1, 1, 1 } });
        ColumnKind[] kinds = [ColumnKind.Nominal, ColumnKind.Continuous, ColumnKind.Continuous, ColumnKind.Continuous];

        double[][] samples = Read(originals, new TableColumns(new Munge(0.3) { Kinds = kinds }, kinds), 200);

        double[] ofFirst = [.. samples.Where((_, number) => number % 2 == 0).Select(sample => sample[0])];
        ofFirst.Should().OnlyContain(name => name == 3 || name == 8);
        ofFirst.Count(name => name == 8).Should().BeInRange(15, 45);
    }

    [Fact]
    public void Noise_leaves_names_alone()
    {
        using LabeledSamples originals = Table(new[,] { { 3.0, 0 }, { 8, 1 } });

        double[][] samples = Read(originals, new TableColumns(new GaussianNoise(2), ColumnKind.Nominal, ColumnKind.Continuous), 50);

        samples.Select((sample, number) => (sample, number)).Should().OnlyContain(pair => pair.sample[0] == (pair.number % 2 == 0 ? 3 : 8));
    }

    [Fact]
    public void Counts_are_rounded()
    {
        using LabeledSamples originals = Table(new[,] { { 0.0, 0 }, { 6, 6 } });

        double[][] samples = Read(originals, new TableColumns(new Mixup(), ColumnKind.Continuous, ColumnKind.Integer), 100);

        samples.Should().OnlyContain(sample => sample[1] == Math.Round(sample[0])).And.Contain(sample => sample[1] == 3);
    }

    [Fact]
    public void Every_column_stays_in_its_range()
    {
        using LabeledSamples originals = Table(new[,] { { 0.0, 10 }, { 6, 30 } });

        double[][] samples = Read(originals, new TableColumns(new GaussianNoise(3), ColumnKind.Continuous, ColumnKind.Integer), 200);

        samples.Should().OnlyContain(sample => sample[0] >= 0 && sample[0] <= 6 && sample[1] >= 10 && sample[1] <= 30).And.Contain(sample => sample[0] == 0)
            .And.Contain(sample => sample[1] == 30);
    }

    [Fact]
    public void Names_of_samples_without_originals_stay()
    {
        using LabeledSamples originals = Table(new[,] { { 0.0, 1 }, { 6, 9 } });
        var pool = new UnlabeledPool(new TensorData(torch.tensor(new[,] { { 2.4, 5 } }, torch.ScalarType.Float64)));

        Read(originals, new TableColumns(pool, ColumnKind.Integer, ColumnKind.Nominal), 2).Should().AllSatisfy(sample => sample.Should().Equal(2, 5));
        Read(originals, new TableColumns(new RandomChoice(pool, new Identity()), ColumnKind.Integer, ColumnKind.Nominal), 30)
            .Should().OnlyContain(sample => sample[1] == 5 ? sample[0] == 2 : sample[1] == 1 + (sample[0] / 6 * 8)).And.Contain(sample => sample[1] == 5)
            .And.Contain(sample => sample[1] == 9);
    }

    [Fact]
    public void Labels_and_originals_are_the_inner_generators()
    {
        using var originals = new LabeledSamples(Some.Data(samples: 10, features: 2));
        var mixup = new Mixup();

        IDataSource plain = originals.Generate(mixup, 30);
        IDataSource kept = originals.Generate(new TableColumns(mixup, ColumnKind.Continuous, ColumnKind.Continuous), 30);

        Tensor all = torch.arange(30, torch.ScalarType.Int64);
        Close.Numbers(kept.Read(all).Labels!).Should().Equal(Close.Numbers(plain.Read(all).Labels!));
        Close.Numbers(kept.Read(all).Inputs).Should().Equal(Close.Numbers(plain.Read(all).Inputs));
    }

    [Fact]
    public void Table_with_other_columns_is_named()
    {
        using var originals = new LabeledSamples(Some.Data());
        Action read = () => Read(originals, new TableColumns(new GaussianNoise(), ColumnKind.Nominal, ColumnKind.Nominal), 1);

        read.Should().Throw<InvalidOperationException>().WithMessage("TableColumns*[M, 2]*[20, 6]*");
    }

    [Fact]
    public void Kinds_are_required()
    {
        Action none = () => _ = new TableColumns(new GaussianNoise());
        Action wrong = () => _ = new TableColumns(new GaussianNoise(), (ColumnKind)5);

        none.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("kinds");
        wrong.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("kinds");
    }

    private static LabeledSamples Table(double[,] rows) => new(new TensorData(torch.tensor(rows, torch.ScalarType.Float64)));

    private static double[][] Read(LabeledSamples originals, ISampleGenerator generator, long count)
    {
        Tensor inputs = originals.Generate(generator, count).Read(torch.arange(count, torch.ScalarType.Int64)).Inputs;
        return [.. Close.Numbers(inputs).Chunk((int)inputs.size(1))];
    }
}
