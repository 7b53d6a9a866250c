using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>Logits and class ids as rows [R, C] and [R]: R is N for logits [N, C], and at most N·T for [N, T, C] and N·H·W for [N, C, H, W].</summary>
public sealed class ClassRows
{
    private readonly Tensor? _soft;

    private ClassRows(Tensor logits, Tensor labels, Tensor? soft)
    {
        Logits = logits;
        Labels = labels;
        _soft = soft;
    }

    /// <summary>Gets the logits, [R, C], in the data type of the model.</summary>
    public Tensor Logits { get; }

    /// <summary>Gets the class id of each row, [R] int64, in [0, C); of probabilities the class of the largest.</summary>
    public Tensor Labels { get; }

    /// <summary>Gets the number of rows that count, R.</summary>
    public long Count => Logits.size(0);

    /// <summary>Gets the number of classes, C; at least 2.</summary>
    public long Classes => Logits.size(1);

    /// <summary>Gets the class with the largest logit, [R] int64; the first of equal ones.</summary>
    public Tensor Predicted => field ??= Logits.argmax(1);

    /// <summary>Gets log softmax of the logits, [R, C] float64.</summary>
    public Tensor LogProbabilities => field ??= functional.log_softmax(Logits.to(torch.ScalarType.Float64), 1);

    /// <summary>Gets the probabilities of the model, [R, C] float64.</summary>
    public Tensor Probabilities => field ??= LogProbabilities.exp();

    /// <summary>Gets the labels as probabilities, [R, C] float64: 1 for the class of a row, or the probabilities that the labels are.</summary>
    public Tensor Target => field ??= _soft?.to(torch.ScalarType.Float64) ?? functional.one_hot(Labels, Classes).to(torch.ScalarType.Float64);

    /// <summary>Gets whether the labels are probabilities.</summary>
    internal bool IsSoft => _soft is not null;

    internal static ClassRows Of(MetricInput input)
    {
        (Tensor output, Tensor labels) = (input.Output, input.Labels);
        bool areIds = torch.is_integral(labels) && OutputRows.Fits(labels, output);
        if (output.dim() < 2 || (!areIds && !(torch.is_floating_point(labels) && Shapes.Same(labels, output))))
        {
            throw new ArgumentException(
                $"Labels must be class ids {Shapes.OfRows(output)} of an integer type, or probabilities {Shapes.Of(output)}, for an output "
                + $"{Shapes.Of(output)}, but are {Shapes.Of(labels)} {labels.dtype}.",
                nameof(input));
        }

        Tensor logits = OutputRows.Of(output);
        if (logits.size(1) < 2)
        {
            throw new ArgumentException(
                $"Classes need at least two outputs, but the model's output is {Shapes.Of(output)}. For one number there is the task Regression, for one "
                + "label, present or not, MultiLabel.",
                nameof(input));
        }

        Tensor? ids = areIds ? labels.reshape(-1).to(torch.ScalarType.Int64) : null;
        var rows = new OutputRows(input, LeftOut(input));
        Tensor kept = rows.Kept(logits);
        Tensor? soft = ids is null ? OutputRows.Of(labels) : null;
        if (ids is not null)
        {
            RequireClasses(rows.Kept(ids), logits.size(1), rows, input.IgnoredLabel);
        }
        else if (!input.LabelsAreOutputs)
        {
            RequireProbabilities(rows.Kept(soft!), rows);
        }

        // The largest logit is finite unless one is NaN or +infinity, or all are −infinity: then there are no probabilities.
        Tensor finite = kept.amax([1]).isfinite();
        if (rows.LeaveOut(input.LabelsAreOutputs ? finite.logical_and(rows.Kept(soft!).amax([1]).isfinite()) : finite))
        {
            kept = rows.Kept(logits);
        }

        soft = soft is null ? null : rows.Kept(soft);
        return new(kept, soft?.argmax(1) ?? rows.Kept(ids!), soft);
    }

    // Beside other labels, those of the batch mark what does not count.
    private static Tensor? LeftOut(MetricInput input) =>
        input.IgnoredLabel is { } ignored && input.Batch.Labels is { } ids && torch.is_integral(ids) && OutputRows.Fits(ids, input.Output)
            ? ids.reshape(-1).Eq(ignored)
            : null;

    // Probabilities of 16 bits add up to 1 in two digits.
    private static void RequireProbabilities(Tensor soft, OutputRows rows)
    {
        Tensor right = soft.Ge(0).all(1).logical_and(soft.to(torch.ScalarType.Float64).sum(1).Sub(1).abs().Le(1e-2));
        Tensor wrong = right.logical_not();
        if (wrong.any().item<bool>())
        {
            throw new ArgumentException(
                $"Labels that are probabilities must be zero or positive, and 1 together, but those of sample {rows.SampleOf(wrong)} are not.", nameof(soft));
        }
    }

    private static void RequireClasses(Tensor ids, long classes, OutputRows rows, long? ignored)
    {
        Tensor wrong = ids.Lt(0).logical_or(ids.Ge(classes));
        if (wrong.any().item<bool>())
        {
            long label = ids.masked_select(wrong)[0].item<long>();
            string other = ignored is { } value ? $" or {value}, which does not count" : "";
            throw new ArgumentException(
                $"Class ids must be in [0, {classes - 1}]{other}, but sample {rows.SampleOf(wrong)} has {label}. An id that marks rows that do not count is "
                + "the task's IgnoredLabel.",
                nameof(ids));
        }
    }
}
