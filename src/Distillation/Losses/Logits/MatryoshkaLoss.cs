namespace Distillation.Losses;

/// <summary>
/// The weighted sum of another loss over nested prefixes of the outputs, so that an embedding can be used when it is cut after its first numbers (Matryoshka
/// representation learning; Kusupati et al., 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>Σₖ wₖ · inner(s[1..dₖ], t[1..dₖ])</c>, for student outputs s and teacher outputs t, [N, D], [N, T, D] or [N, D, H, W], cut after the first dₖ of their D
/// numbers. A teacher whose outputs have another width than the student's stays whole, for inner losses that allow it, such as
/// <see cref="SimilarityDistributionLoss"/>.
/// </para>
/// <para>
/// The outputs alone are cut: an inner loss that reads layers is refused, and belongs beside this one, <c>new MatryoshkaLoss(a, [64, 256]) + b</c>. Labels pass
/// unchanged: targets of the width D do not fit a prefix. Numbers behind the longest prefix are not trained: D itself should be among the prefixes.
/// </para>
/// <para>
/// As in the paper, a sum with weights of 1. sentence-transformers' <c>MatryoshkaLoss</c> scales each prefix to length one: see <see cref="Normalize"/>. The
/// paper's loss is a classifier's, on a linear map of each prefix.
/// </para>
/// </remarks>
public sealed class MatryoshkaLoss : DelegatingLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="inner">The loss that sees the prefixes. It reads no layers.</param>
    /// <param name="prefixes">The lengths d of the prefixes: at least one, each positive and at most D, no two the same.</param>
    /// <param name="weights">The weight w of each prefix, positive. The default is 1 for each.</param>
    /// <exception cref="ArgumentException">
    /// The inner loss reads layers, there is no prefix, one comes twice, or there is another number of weights than of prefixes.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A prefix or a weight is not positive.</exception>
    public MatryoshkaLoss(IDistillationLoss inner, IReadOnlyList<long> prefixes, IReadOnlyList<double>? weights = null)
        : base(RequireOutputsAlone(inner))
    {
        Prefixes = [.. Require.Present(prefixes).Select(prefix => Require.Positive(prefix, nameof(prefixes)))];
        if (Prefixes.Count == 0 || Prefixes.Distinct().Count() < Prefixes.Count)
        {
            throw new ArgumentException(
                $"There must be at least one prefix, and no two may be the same, but they are [{string.Join(", ", Prefixes)}].", nameof(prefixes));
        }

        Weights = [.. (weights ?? [.. Prefixes.Select(_ => 1.0)]).Select(weight => Require.Positive(weight, nameof(weights)))];
        if (Weights.Count != Prefixes.Count)
        {
            throw new ArgumentException(
                $"There must be one weight for each of the {Prefixes.Count} prefixes, but the number of weights is {Weights.Count}.", nameof(weights));
        }
    }

    /// <summary>Gets the lengths of the prefixes.</summary>
    /// <value>At least one positive number, no two the same.</value>
    public IReadOnlyList<long> Prefixes { get; }

    /// <summary>Gets the weight of each prefix.</summary>
    /// <value>Positive. The default is 1 for each.</value>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>
    /// Gets whether each vector that the inner loss sees is divided by its L2 norm, as embeddings often are where they are compared. It changes inner losses
    /// that see the size of a vector, such as <see cref="LogitMseLoss"/>. A vector of zeros stays as it is; one that is not finite becomes NaN.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Normalize { get; init; }

    /// <summary>
    /// Gets whether the inner loss sees the teacher's whole outputs beside each prefix of the student's, also where both have the same width: for a teacher
    /// that was not trained to be cut, and inner losses that take outputs of different widths, such as <see cref="SimilarityDistributionLoss"/>.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool KeepTeacherWhole { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        (nameof(Prefixes), Prefixes),
        (nameof(Weights), Weights),
        (nameof(Normalize), Normalize),
        (nameof(KeepTeacherWhole), KeepTeacherWhole),
    ];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A prefix is longer than the student's outputs are wide.</exception>
    public override Tensor Compute(DistillationContext context)
    {
        RequireWidth(context);
        return Prefixes.Zip(Weights, (prefix, weight) => Inner.Compute(Cut(context, prefix)).Mul(weight)).Aggregate(TensorArithmetic.Add);
    }

    /// <inheritdoc/>
    /// <remarks>The inner loss sees the longest prefix.</remarks>
    /// <exception cref="InvalidOperationException">A prefix is longer than the student's outputs are wide.</exception>
    public override void Prepare(DistillationContext sample)
    {
        RequireWidth(sample);
        Inner.Prepare(Cut(sample, Prefixes.Max()));
    }

    private static IDistillationLoss RequireOutputsAlone(IDistillationLoss inner) => Require.Present(inner).Features == RequiredFeatures.None
        ? inner
        : throw new ArgumentException(
            $"The inner loss must read the outputs alone, for these are cut, but '{inner.Name}' reads layers: of the student [{inner.Features.Student}], "
            + $"of the teacher [{inner.Features.Teacher}]. Add it beside this loss.",
            nameof(inner));

    private static int Dimension(Tensor outputs) => outputs.dim() == 3 ? 2 : 1;

    private void RequireWidth(DistillationContext context)
    {
        Tensor student = Require.Present(context).Student.Logits;
        if (student.dim() < 2 || student.size(Dimension(student)) < Prefixes.Max())
        {
            throw new InvalidOperationException(
                $"No prefix may be longer than the student's outputs are wide, but the longest is {Prefixes.Max()} and the student gave {Shapes.Of(student)}.");
        }
    }

    private DistillationContext Cut(DistillationContext context, long prefix)
    {
        Tensor student = context.Student.Logits;
        return context.With(
            context.Student.WithLogits(Scaled(student.narrow(Dimension(student), 0, prefix))),
            context.HasTeacher ? context.Teacher.WithLogits(Scaled(CutTeacher(context.Teacher.Logits, student, prefix))) : null);
    }

    private Tensor CutTeacher(Tensor teacher, Tensor student, long prefix)
    {
        int dimension = Dimension(student);
        return !KeepTeacherWhole && teacher.dim() == student.dim() && teacher.size(dimension) == student.size(dimension)
            ? teacher.narrow(dimension, 0, prefix)
            : teacher;
    }

    // A vector that is not finite may be of a row that the inner loss leaves out: its gradient is 0, not NaN.
    private Tensor Scaled(Tensor outputs)
    {
        if (!Normalize)
        {
            return outputs;
        }

        Tensor wide = Loss.Widen(outputs);
        Tensor broken = wide.isfinite().logical_not_().any(Dimension(wide), keepdim: true);
        return UnitVectors.Of(wide.MaskedFill(broken, 0), Dimension(wide)).MaskedFill(broken, double.NaN);
    }
}
