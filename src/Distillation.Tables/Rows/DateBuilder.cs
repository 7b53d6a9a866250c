using Microsoft.ML;

namespace Distillation.Tables.Rows;

/// <summary>Counts dates.</summary>
internal sealed class DateBuilder(DataViewSchema.Column column) : IColumnBuilder
{
    private int _count;

    public void Add() => _count++;

    public IEnumerable<TableColumn> Build() => [TableColumn.OfDates(column.Name, _count)];
}
