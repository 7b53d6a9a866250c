namespace Distillation.Evaluation;

/// <summary>Logits and labels of which several, or none, may be present: rows [R, L].</summary>
public sealed class PresenceRows
{
    private PresenceRows(Tensor logits, Tensor labels) => (Logits, Labels) = (logits, labels);

    /// <summary>Gets the logits, [R, L] float64: a label is predicted as present where its logit is positive.</summary>
    public Tensor Logits { get; }

    /// <summary>Gets whether each label is present, [R, L] float64 of 0 and 1.</summary>
    public Tensor Labels { get; }

    /// <summary>Gets whether each label is predicted as present, [R, L] float64 of 0 and 1: its probability is above one half.</summary>
    public Tensor Predicted => field ??= Logits.Gt(0).to(torch.ScalarType.Float64);

    /// <summary>Gets the number of rows that count, R.</summary>
    public long Count => Logits.size(0);

    internal static PresenceRows Of(MetricInput input)
    {
        (Tensor output, Tensor labels) = (input.Output, input.Labels);
        if (!Shapes.Same(labels, output) && !(OutputRows.Of(output).size(1) == 1 && OutputRows.Fits(labels, output)))
        {
            throw new ArgumentException(
                $"Labels of which several may be present must be 0 or 1 in the shape of the logits, {Shapes.Of(output)}, but are {Shapes.Of(labels)} "
                + $"{labels.dtype}.",
                nameof(input));
        }

        Tensor logits = OutputRows.Of(output).to(torch.ScalarType.Float64);
        Tensor present = Shapes.Same(labels, output) ? OutputRows.Of(labels) : labels.reshape(-1, 1);
        var rows = new OutputRows(input, leftOut: null);
        Tensor kept = rows.Kept(present).to(torch.ScalarType.Float64);
        Tensor wrong = kept.Ne(0).logical_and(kept.Ne(1)).any(1);
        if (wrong.any().item<bool>())
        {
            throw new ArgumentException($"Every label must be 0 or 1, but sample {rows.SampleOf(wrong)} has another number.", nameof(input));
        }

        return rows.LeaveOut(rows.Kept(logits).isfinite().all(1))
            ? new(rows.Kept(logits), rows.Kept(present).to(torch.ScalarType.Float64))
            : new(rows.Kept(logits), kept);
    }
}
