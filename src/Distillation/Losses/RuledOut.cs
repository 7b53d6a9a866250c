namespace Distillation.Losses;

/// <summary>Classes that are ruled out by a logit of −∞, for losses that compare the logits themselves, or all classes of a row.</summary>
internal static class RuledOut
{
    // Far below other logits, and yet its square is finite in float32.
    private const double Lowest = -1e15;

    /// <summary>Where student and teacher both rule out a class, [R, C]: it is no class of the row.</summary>
    public static Tensor ByBoth(Tensor student, Tensor teacher) => student.Eq(double.NegativeInfinity).logical_and_(teacher.Eq(double.NegativeInfinity));

    /// <summary>
    /// How far the student's logits are from the teacher's, [R, C], 0 where both rule a class out, and the number of the classes that are left, [R, 1].
    /// </summary>
    public static (Tensor Difference, Tensor Count) Difference(LogitRows rows)
    {
        Tensor both = ByBoth(rows.Student, rows.Teacher);
        return ((rows.Student - rows.Teacher).MaskedFill(both, 0), Left(both, 1));
    }

    /// <summary>Logits as vectors that have a direction: 0 in the classes that both rule out; that of one alone points away from the class.</summary>
    public static (Tensor Student, Tensor Teacher) Vectors(Tensor student, Tensor teacher)
    {
        Tensor both = ByBoth(student, teacher);
        return (student.MaskedFill(both, 0).ClampMin(Lowest), teacher.MaskedFill(both, 0).ClampMin(Lowest));
    }

    /// <summary>How many elements are not left out along a dimension, at least 1; the dimension stays.</summary>
    public static Tensor Left(Tensor leftOut, long along) => leftOut.logical_not().sum(along, keepdim: true).ClampMinInPlace(1);
}
