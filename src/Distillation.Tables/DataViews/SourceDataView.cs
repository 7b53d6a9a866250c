using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Tables.DataViews;

/// <summary>A data source as a data view.</summary>
internal sealed class SourceDataView : IDataView
{
    public const string Features = "Features";
    public const string Label = "Label";

    private readonly IDataSource _source;

    public SourceDataView(IDataSource source, IReadOnlyList<string>? classNames)
    {
        Require.Positive(source.Count, nameof(source));
        using var scope = torch.NewDisposeScope();
        Batch first = source.Read(torch.zeros([1], torch.ScalarType.Int64));
        _source = source;
        FeatureCount = checked((int)first.Inputs.numel());
        LabelCount = first.Labels is null ? 0 : checked((int)first.Labels.numel());
        ClassCount = first.Labels is { } labels && labels.dim() == 1 && torch.is_integral(labels) ? classNames?.Count ?? 0 : null;
        if (ClassCount == 0 || (ClassCount is null && classNames is not null))
        {
            throw new ArgumentException(
                $"Labels that are class ids must have names, and others none, but the labels are {Shapes.Of(first.Labels)} {first.Labels?.dtype} "
                + $"and there are {classNames?.Count ?? 0} names.",
                nameof(classNames));
        }

        Schema = SchemaOf(classNames);
    }

    public int FeatureCount { get; }

    /// <summary>The number of values of a label; 0 where there are none.</summary>
    public int LabelCount { get; }

    /// <summary>The number of classes, or <see langword="null"/> where labels are no class ids.</summary>
    public int? ClassCount { get; }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _source.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new SourceCursor(this, _source, columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private DataViewSchema SchemaOf(IReadOnlyList<string>? classNames)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(Features, new VectorDataViewType(NumberDataViewType.Single, FeatureCount));
        if (ClassCount is { } classes)
        {
            ReadOnlyMemory<char>[] names = [.. classNames!.Select(name => name.AsMemory())];
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add<VBuffer<ReadOnlyMemory<char>>>(
                "KeyValues",
                new VectorDataViewType(TextDataViewType.Instance, classes),
                (ref VBuffer<ReadOnlyMemory<char>> values) => values = new VBuffer<ReadOnlyMemory<char>>(classes, names));
            schema.AddColumn(Label, new KeyDataViewType(typeof(uint), classes), annotations.ToAnnotations());
        }
        else if (LabelCount > 0)
        {
            schema.AddColumn(Label, LabelCount == 1 ? NumberDataViewType.Single : new VectorDataViewType(NumberDataViewType.Single, LabelCount));
        }

        return schema.ToSchema();
    }
}
