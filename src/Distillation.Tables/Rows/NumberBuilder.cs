using Microsoft.ML;

namespace Distillation.Tables.Rows;

/// <summary>Collects numbers.</summary>
internal sealed class NumberBuilder<T>(DataViewRow row, DataViewSchema.Column column, Func<T, double> convert) : IColumnBuilder
{
    private readonly ValueGetter<T> _get = row.GetGetter<T>(column);
    private readonly List<double> _values = [];

    public void Add()
    {
        T value = default!;
        _get(ref value);
        _values.Add(convert(value));
    }

    public IEnumerable<TableColumn> Build() => [FiniteNumbers.Column(column.Name, _values)];
}
