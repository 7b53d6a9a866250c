namespace Distillation.Evaluation;

/// <summary>Predictions and targets of a regression: rows [R, D].</summary>
public sealed class TargetRows
{
    private TargetRows(Tensor predictions, Tensor targets) => (Predictions, Targets) = (predictions, targets);

    /// <summary>Gets the predictions, [R, D] float64.</summary>
    public Tensor Predictions { get; }

    /// <summary>Gets the targets, [R, D] float64.</summary>
    public Tensor Targets { get; }

    /// <summary>Gets the number of rows that count, R.</summary>
    public long Count => Targets.size(0);

    internal static TargetRows Of(MetricInput input)
    {
        (Tensor output, Tensor targets) = (input.Output, input.Labels);
        Tensor predictions = OutputRows.Of(output);
        bool single = predictions.size(1) == 1 && targets.numel() == output.numel() && (OutputRows.Fits(targets, output) || output.dim() == 1);
        if (!torch.is_floating_point(targets) || !(single || Shapes.Same(targets, output)))
        {
            throw new ArgumentException(
                $"Targets of a regression must be {Shapes.Of(output)} of a floating type, the shape of the model's output, but are {Shapes.Of(targets)} "
                + $"{targets.dtype}.",
                nameof(input));
        }

        predictions = predictions.to(torch.ScalarType.Float64);
        Tensor expected = (single ? targets.reshape(-1, 1) : OutputRows.Of(targets)).to(torch.ScalarType.Float64);
        var rows = new OutputRows(input, leftOut: null);
        Tensor known = rows.Kept(expected).isfinite().all(1);
        Tensor finite = rows.Kept(predictions).isfinite().all(1);
        if (!input.LabelsAreOutputs && !known.all().item<bool>())
        {
            throw new ArgumentException(
                $"Every target must be finite, but sample {rows.SampleOf(known.logical_not())} has NaN or an infinity. Leave it out, or mask it.",
                nameof(input));
        }

        _ = rows.LeaveOut(finite.logical_and(known));
        return new(rows.Kept(predictions), rows.Kept(expected));
    }
}
