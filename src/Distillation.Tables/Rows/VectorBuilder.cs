using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Tables.Rows;

/// <summary>Collects the slots of vectors.</summary>
internal sealed class VectorBuilder<T>(DataViewRow row, DataViewSchema.Column column, int size, Func<T, double> convert) : IColumnBuilder
{
    private readonly ValueGetter<VBuffer<T>> _get = row.GetGetter<VBuffer<T>>(column);
    private readonly List<double>[] _slots = [.. Enumerable.Range(0, size).Select(_ => new List<double>())];
    private VBuffer<T> _value;

    public void Add()
    {
        _get(ref _value);
        int slot = 0;
        foreach (T value in _value.DenseValues())
        {
            _slots[slot++].Add(convert(value));
        }
    }

    public IEnumerable<TableColumn> Build() => _slots.Select((values, slot) => FiniteNumbers.Column($"{column.Name}[{slot}]", values));
}
