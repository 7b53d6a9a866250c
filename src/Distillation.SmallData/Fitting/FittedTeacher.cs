using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>A teacher of a small data set, with its out-of-fold outputs.</summary>
public sealed class FittedTeacher : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    /// <summary>Holds a teacher.</summary>
    /// <param name="teacher">The teacher, fitted on all samples.</param>
    /// <param name="outOfFold">Its logits for each sample when fitted without it, [M, C].</param>
    /// <param name="owned">What is disposed with it, in this order; the teacher is disposed first.</param>
    public FittedTeacher(ITeacher teacher, Tensor outOfFold, params IReadOnlyList<IDisposable> owned)
    {
        Teacher = Require.Present(teacher);
        OutOfFold = Require.Present(outOfFold).DetachFromDisposeScope();
        _owned = [.. Require.Present(owned)];
    }

    /// <summary>Gets the teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>Gets the output for each sample of a teacher that was fitted without it: logits [M, C].</summary>
    public Tensor OutOfFold { get; }

    /// <summary>Measures the out-of-fold logits.</summary>
    /// <param name="data">The samples it was fitted on.</param>
    /// <returns>The report.</returns>
    public EvaluationReport Evaluate(LabeledSamples data) => Require.Present(data).Rules.IsClassification
        ? Evaluator.Evaluate(OutOfFold, data.RequireLabels())
        : Evaluator.Evaluate(OutOfFold, data.RequireTargetRows("The evaluation"), data.Task);

    /// <inheritdoc/>
    public void Dispose()
    {
        Teacher.Dispose();
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }

        OutOfFold.Dispose();
    }
}
