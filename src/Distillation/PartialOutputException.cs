namespace Distillation;

/// <summary>
/// A teacher failed on some samples of a batch, and gives the outputs of the others: a <see cref="Caching.CachedTeacher"/> around it keeps them, so that
/// nothing that was paid for is lost.
/// </summary>
/// <remarks>
/// A cache takes them from the teacher that it wraps alone: what another one in between would have made of them is not known. Scale or combine what is cached,
/// instead of caching what is scaled or combined.
/// </remarks>
public sealed class PartialOutputException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PartialOutputException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public PartialOutputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public PartialOutputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="teacher">The teacher that throws it.</param>
    /// <param name="output">The outputs of M samples of the batch, in the dispose scope in which the teacher was called.</param>
    /// <param name="rows">Which samples these are: M places in the batch, each in [0, N), all different.</param>
    /// <param name="innerException">What caused it, if that is known.</param>
    /// <exception cref="ArgumentException">There are not as many places as outputs, or one comes twice.</exception>
    public PartialOutputException(string message, ITeacher teacher, ModelOutput output, IReadOnlyList<int> rows, Exception? innerException = null)
        : base(message, innerException)
    {
        Teacher = Require.Present(teacher);
        Output = Require.Present(output);
        Rows = [.. Require.Present(rows)];
        if (Rows.Count != output.Logits.size(0) || Rows.Distinct().Count() != Rows.Count)
        {
            throw new ArgumentException(
                $"There must be one place for each of the outputs {Shapes.Of(output.Logits)}, all different, but they are [{string.Join(", ", Rows)}].",
                nameof(rows));
        }
    }

    /// <summary>Gets the teacher that threw it.</summary>
    public ITeacher? Teacher { get; }

    /// <summary>Gets the outputs of the samples that did not fail, [M, ...].</summary>
    public ModelOutput? Output { get; }

    /// <summary>Gets the places of these samples in the batch, M of them.</summary>
    public IReadOnlyList<int> Rows { get; } = [];
}
