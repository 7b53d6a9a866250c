using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// A number for each row of logits, such as how sure the teacher is of it: what an adaptive loss goes by. Derive from it to measure something else.
/// </summary>
/// <remarks>
/// The numbers are constants: no gradient flows through them. Probabilities are taken at temperature 1, of the logits that the measuring loss is given.
/// </remarks>
public abstract class RowMeasure : ISelfDescribing
{
    /// <summary>Gets the teacher's largest probability, in [1/C, 1].</summary>
    public static RowMeasure TeacherConfidence { get; } = new Formula(nameof(TeacherConfidence), rows => functional.softmax(rows.Teacher, 1).amax([1L]));

    /// <summary>
    /// Gets the entropy of the teacher's probabilities as a share of the largest there is, <c>H / log C</c>, in [0, 1]; C counts the classes that student and
    /// teacher do not both rule out by a logit of −∞.
    /// </summary>
    public static RowMeasure TeacherEntropy { get; } = new Formula(nameof(TeacherEntropy), rows =>
    {
        Tensor log = functional.log_softmax(rows.Teacher, 1).ClampMin(Loss.MinLogarithm);
        Tensor open = RuledOut.ByBoth(rows.Student, rows.Teacher).logical_not_().sum(1).ClampMinInPlace(2).to(log.dtype);
        return (log.exp() * log).sum(1).neg_().div_(open.log_());
    });

    /// <summary>Gets whether the teacher is right: 1 where its largest logit is that of the label, else 0.</summary>
    public static RowMeasure TeacherCorrectness { get; } = new Formula(
        nameof(TeacherCorrectness), rows => rows.Teacher.argmax(1).eq(rows.Labels).to(rows.Student.dtype));

    /// <summary>Gets the teacher's cross entropy with the label, 0 or more.</summary>
    public static RowMeasure TeacherCrossEntropy { get; } = new Formula(nameof(TeacherCrossEntropy), rows => CrossEntropy(rows.Teacher, rows));

    /// <summary>Gets the student's cross entropy with the label, 0 or more.</summary>
    public static RowMeasure StudentCrossEntropy { get; } = new Formula(nameof(StudentCrossEntropy), rows => CrossEntropy(rows.Student, rows));

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [];

    /// <summary>Measures each row. Called without gradients.</summary>
    /// <param name="rows">The logits.</param>
    /// <returns>The numbers, [R].</returns>
    public abstract Tensor Measure(LogitRows rows);

    /// <summary>Gets whether it is one of the library, which reads nothing of a batch but its rows.</summary>
    internal bool ReadsRowsAlone => this is Formula;

    /// <summary>Measures each row, and checks that it was done.</summary>
    internal Tensor Of(LogitRows rows)
    {
        using var noGradient = torch.no_grad();
        Tensor measure = Measure(rows).detach();
        return measure.dim() == 1 && measure.size(0) == rows.Count
            ? measure
            : throw new InvalidOperationException(
                $"A measure must give one number for each row, [{rows.Count}], but {GetType().Name} gave {Shapes.Of(measure)}.");
    }

    private static Tensor CrossEntropy(Tensor logits, LogitRows rows) => functional.log_softmax(logits, 1).gather(1, rows.Labels.unsqueeze(1)).squeeze(1).neg();

    private sealed class Formula(string name, Func<LogitRows, Tensor> measure) : RowMeasure
    {
        public override IEnumerable<(string Name, object? Value)> Describe() => [("Name", name)];

        public override Tensor Measure(LogitRows rows) => measure(Require.Present(rows));
    }
}
