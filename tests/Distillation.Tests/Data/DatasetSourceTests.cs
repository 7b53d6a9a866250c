using Distillation.Data;

namespace Distillation.Tests.Data;

public sealed class DatasetSourceTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Samples_of_a_data_set_are_stacked_in_the_order_of_the_indices()
    {
        using var dataset = new Squares();
        IDataSource source = dataset.AsDataSource("x", "y");

        Batch batch = source.Read(torch.tensor(new long[] { 3, 1 }));

        source.Count.Should().Be(5);
        batch.Inputs.shape.Should().Equal(2, 1);
        Close.Numbers(batch.Inputs).Should().Equal(3, 1);
        batch.Labels!.dtype.Should().Be(torch.ScalarType.Int64);
        batch.Labels.data<long>().ToArray().Should().Equal(9, 1);
        batch.Indices.data<long>().ToArray().Should().Equal(3, 1);
    }

    [Fact]
    public void Data_set_without_labels_is_read_when_the_key_is_null()
    {
        using var dataset = new Squares();

        dataset.AsDataSource("x", labels: null).Read(torch.tensor(new long[] { 0 })).Labels.Should().BeNull();
    }

    [Fact]
    public void Samples_of_other_types_are_read_by_a_function()
    {
        using var dataset = new Pairs();

        Batch batch = dataset.AsDataSource(pair => (pair.Left, pair.Right)).Read(torch.tensor(new long[] { 1, 0 }));

        Close.Numbers(batch.Labels!).Should().Equal(10, 0);
    }

    [Theory]
    [InlineData("pixels", "y", "inputs")]
    [InlineData("x", "label", "labels")]
    public void Key_is_refused_when_the_samples_do_not_have_it(string inputs, string labels, string argument)
    {
        using var dataset = new Squares();

        Action read = () => dataset.AsDataSource(inputs, labels);

        read.Should().Throw<ArgumentException>().WithParameterName(argument).WithMessage("The samples have no '*'. They have: x, y.*");
    }

    [Fact]
    public void Stored_tensors_of_the_data_set_stay_and_nothing_else_is_left()
    {
        using var dataset = new Squares();
        IDataSource source = dataset.AsDataSource("x", "y");

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            _ = source.Read(torch.tensor(new long[] { 2, 4 }));
        });

        Close.Numbers(dataset.Inputs[2]).Should().Equal(2);
    }

    private sealed class Squares : torch.utils.data.Dataset
    {
        public Tensor[] Inputs { get; } = [.. Enumerable.Range(0, 5).Select(number => torch.tensor([(float)number]))];

        public override long Count => 5;

        // The input is the data set's own, the label is new.
        public override Dictionary<string, Tensor> GetTensor(long index) => new() { ["x"] = Inputs[index], ["y"] = torch.tensor(index * index) };
    }

    private sealed class Pairs : torch.utils.data.Dataset<(Tensor Left, Tensor Right)>
    {
        public override long Count => 2;

        public override (Tensor Left, Tensor Right) GetTensor(long index) => (torch.tensor([index]), torch.tensor(10f * index));
    }
}
