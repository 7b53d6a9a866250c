using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Tables.Tests;

/// <summary>Data sources as data views, and back.</summary>
public sealed class DataViewTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Class_ids_become_keys_and_come_back_as_names()
    {
        TensorData source = Distillation.Tests.Some.Data(samples: 600, features: 3);
        IDataView view = source.AsDataView(["x", "y", "z"]);

        TableData table = TableData.FromDataView(view);

        view.GetRowCount().Should().Be(600);
        view.Schema["Label"].Type.Should().BeOfType<KeyDataViewType>().Which.Count.Should().Be(3);
        table.Columns.Select(column => column.Name).Should().Equal("Features[0]", "Features[1]", "Features[2]", "Label");
        table.Column("Features[1]").Numbers.Should().Equal(source.Inputs.select(1, 1).contiguous().data<float>().Select(value => (double)value));
        table.Column("Label").Names.Should().Equal(source.Labels!.data<long>().Select(id => "xyz"[(int)id].ToString()));
    }

    [Fact]
    public void Targets_become_floats_and_images_vectors()
    {
        var single = new TensorData(torch.arange(8, torch.ScalarType.Float32).view(2, 1, 2, 2), torch.tensor([0.5f, 1.5f]).unsqueeze(1));
        var several = new TensorData(torch.ones(2, 1), torch.tensor([0.25f, 0.75f, 1f, 0f], [2, 2]));
        var none = new TensorData(torch.ones(2, 1));

        TableData.FromDataView(single.AsDataView()).Column("Label").Numbers.Should().Equal(0.5, 1.5);
        TableData.FromDataView(single.AsDataView()).Column("Features[3]").Numbers.Should().Equal(3, 7);
        TableData.FromDataView(several.AsDataView()).Column("Label[1]").Numbers.Should().Equal(0.75, 0);
        none.AsDataView().Schema.Select(column => column.Name).Should().Equal("Features");
    }

    [Fact]
    public void Names_that_do_not_fit_the_labels_are_refused()
    {
        TensorData classes = Distillation.Tests.Some.Data(samples: 10);

        FluentActions.Invoking(() => classes.AsDataView()).Should().Throw<ArgumentException>().WithMessage("*class ids must have names*");
        FluentActions.Invoking(() => new TensorData(torch.ones(2, 1)).AsDataView(["a"])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => TableData.FromDataView(classes.AsDataView(["a", "b"]))).Should().Throw<InvalidOperationException>()
            .WithMessage("*[0, 1]*has 2*");
    }

    [Fact]
    public void Cursor_refuses_values_of_another_type()
    {
        IDataView view = Distillation.Tests.Some.Data(samples: 10).AsDataView(["a", "b", "c"]);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);

        cursor.Invoking(it => it.GetGetter<double>(view.Schema["Label"])).Should().Throw<InvalidOperationException>().WithMessage("*'Label'*Double*");
        cursor.MoveNext().Should().BeTrue();
        cursor.Position.Should().Be(0);
    }
}
