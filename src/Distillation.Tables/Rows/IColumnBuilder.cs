namespace Distillation.Tables.Rows;

/// <summary>Collects the values of a column of a data view, row by row.</summary>
internal interface IColumnBuilder
{
    /// <summary>Adds the value of the current row.</summary>
    void Add();

    /// <summary>Returns the columns of what was added.</summary>
    IEnumerable<TableColumn> Build();
}
