namespace Distillation.Losses;

/// <summary>For losses that compare rows with each other.</summary>
internal static class BatchRows
{
    /// <summary>Compares the rows that count.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="compare">Gives a scalar for the student's and the teacher's rows, [K, C].</param>
    /// <returns>The scalar, once for each row, [R]; 0 where no row counts.</returns>
    public static Tensor Compare(LogitRows rows, Func<Tensor, Tensor, Tensor> compare)
    {
        (Tensor student, Tensor teacher) = (rows.Counting(rows.Student), rows.Counting(rows.Teacher));
        return (student.size(0) == 0 ? student.sum() : compare(student, teacher)).expand(rows.Count);
    }
}
