using Microsoft.ML;

namespace Distillation.Tables.Rows;

/// <summary>Collects truth values.</summary>
internal sealed class BooleanBuilder(DataViewRow row, DataViewSchema.Column column) : IColumnBuilder
{
    private readonly ValueGetter<bool> _get = row.GetGetter<bool>(column);
    private readonly List<bool?> _values = [];

    public void Add()
    {
        bool value = false;
        _get(ref value);
        _values.Add(value);
    }

    public IEnumerable<TableColumn> Build() => [TableColumn.OfBooleans(column.Name, _values)];
}
