namespace Distillation.Tests;

public sealed class TensorDataTests
{
    [Fact]
    public void Batch_has_the_samples_that_were_required()
    {
        using var scope = torch.NewDisposeScope();
        var data = new TensorData(torch.arange(6, torch.ScalarType.Float32).reshape(3, 2), torch.tensor(new long[] { 5, 6, 7 }));

        Batch batch = data.Read(torch.tensor(new long[] { 2, 0 }));

        batch.Inputs.data<float>().ToArray().Should().Equal(4, 5, 0, 1);
        batch.Labels!.data<long>().ToArray().Should().Equal(7, 5);
        batch.Indices.data<long>().ToArray().Should().Equal(2, 0);
    }

    [Fact]
    public void Rows_become_samples()
    {
        using TensorData data = TensorData.FromRows([[1, 2, 3], [4, 5, 6]], [0, 1]);

        data.Inputs.shape.Should().Equal(2, 3);
        data.Inputs.data<float>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        data.Labels!.data<long>().ToArray().Should().Equal(0, 1);
    }

    [Fact]
    public void Columns_become_features()
    {
        using TensorData data = TensorData.FromColumns([[1, 4], [2, 5], [3, 6]]);

        data.Inputs.shape.Should().Equal(2, 3);
        data.Inputs.data<float>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        data.Labels.Should().BeNull();
    }

    [Fact]
    public void Made_tensors_survive_the_scope_and_are_disposed_with_the_data() => Leak.None(() =>
    {
        TensorData data;
        using (torch.NewDisposeScope())
        {
            data = TensorData.FromRows([[1, 2]], [0]);
        }

        data.Inputs.sum().Dispose();
        data.Dispose();
    });

    [Fact]
    public void Given_tensors_stay_the_callers()
    {
        using Tensor inputs = torch.ones(2, 2);

        new TensorData(inputs).Dispose();

        inputs.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Ragged_rows_are_refused_by_number() => Refuses(() => TensorData.FromRows([[1, 2], [3]]), "*row 1 has 1*");

    [Fact]
    public void Ragged_columns_are_refused_by_number() => Refuses(() => TensorData.FromColumns([[1, 2], [3]]), "*column 1 has 1*");

    [Fact]
    public void Missing_values_are_refused_by_place() => Refuses(() => TensorData.FromRows([[1, 2], [3, float.NaN]]), "*row 1, column 1 is NaN*");

    [Fact]
    public void Negative_labels_are_refused_by_sample() => Refuses(() => TensorData.FromRows([[1], [2]], [0, -3]), "*sample 1 has -3*");

    [Fact]
    public void Missing_labels_are_refused() => Refuses(() => TensorData.FromRows([[1], [2]], [0]), "*2 samples*there are 1*");

    [Fact]
    public void Empty_table_is_refused() => Refuses(() => TensorData.FromRows([]), "*at least one sample*");

    [Fact]
    public void Empty_inputs_are_refused() => Refuses(() => new TensorData(torch.zeros(0, 3)), "*at least one sample*?0, 3?*");

    [Fact]
    public void Labels_of_another_number_are_refused() => Refuses(() => new TensorData(torch.zeros(3, 2), torch.zeros(4)), "*3 inputs ?3, 2?*?4?*");

    private static void Refuses(Func<TensorData> make, string message)
    {
        using var scope = torch.NewDisposeScope();
        make.Should().Throw<ArgumentException>().WithMessage(message);
    }
}
