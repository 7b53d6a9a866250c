using Microsoft.ML;

namespace Distillation.Tables.Rows;

/// <summary>Collects names.</summary>
internal sealed class NameBuilder<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string?> convert) : IColumnBuilder
{
    private readonly ValueGetter<T> _get = row.GetGetter<T>(column);
    private readonly List<string?> _values = [];

    public void Add()
    {
        T value = default!;
        _get(ref value);
        _values.Add(convert(value));
    }

    public IEnumerable<TableColumn> Build() => [TableColumn.OfCategories(column.Name, _values)];
}
