namespace Distillation.Evaluation;

/// <summary>Selects the rows of an output that count.</summary>
internal sealed class OutputRows
{
    private readonly MetricInput _input;
    private readonly long _rowsPerSample;
    private Tensor? _kept;

    /// <summary>Selects by the mask of the batch and by labels that do not count.</summary>
    /// <param name="input">The output and its batch.</param>
    /// <param name="leftOut">Which rows do not count for another reason than the mask, [R]; or nothing.</param>
    public OutputRows(MetricInput input, Tensor? leftOut)
    {
        _input = input;
        Tensor rows = Of(input.Output);
        _rowsPerSample = Math.Max(1, rows.size(0) / Math.Max(1, input.Batch.Count));
        if (input.Batch is MaskedBatch { Mask: var mask } && !IsOfInputs(mask))
        {
            Tensor masked = RequireRows(mask, rows.size(0)).reshape(-1).Eq(0);
            leftOut = leftOut is null ? masked : leftOut.logical_or(masked);
        }

        _kept = leftOut?.logical_not().nonzero().squeeze(1);
        input.CountedRows = _kept?.size(0) ?? rows.size(0);
    }

    /// <summary>Reshapes an output, or what has its shape, to rows: [N, C], [N, T, C] and [N, C, H, W] to [R, C]; [N] to [N, 1].</summary>
    /// <exception cref="ArgumentException">The output has another number of dimensions.</exception>
    public static Tensor Of(Tensor output) => output.dim() switch
    {
        1 => output.unsqueeze(1),
        2 => output,
        3 => output.reshape(-1, output.size(2)),
        4 => output.permute(0, 2, 3, 1).reshape(-1, output.size(1)),
        _ => throw new ArgumentException($"The output must be [N], [N, C], [N, T, C] or [N, C, H, W], but is {Shapes.Of(output)}.", nameof(output)),
    };

    /// <summary>Returns whether a tensor has one value for each row of an output with classes or channels.</summary>
    public static bool Fits(Tensor perRow, Tensor output) =>
        output.dim() > 1 && perRow.dim() == output.dim() - 1 && $"{Shapes.Of(perRow)}" == Shapes.OfRows(output);

    /// <summary>Takes the rows that count.</summary>
    public Tensor Kept(Tensor rows) => _kept is null ? rows : rows.index_select(0, _kept);

    /// <summary>Leaves out rows whose output is not finite, and counts them.</summary>
    /// <param name="finite">Whether each of the rows that count is finite, [K].</param>
    /// <returns>Whether there are such rows; what was kept before is to be taken anew.</returns>
    public bool LeaveOut(Tensor finite)
    {
        Tensor wrong = finite.logical_not();
        long count = wrong.sum().item<long>();
        if (count == 0)
        {
            return false;
        }

        _kept ??= KeptAliveScalar.Arange(0, finite.size(0), torch.ScalarType.Int64, finite.device);
        _input.NonFiniteRows = count;
        _input.FirstNonFinite = SampleOf(wrong);
        _kept = _kept.index_select(0, finite.nonzero().squeeze(1));
        return true;
    }

    /// <summary>Returns the number, in its data source, of the sample with the first marked one of the rows that count.</summary>
    public long SampleOf(Tensor marked)
    {
        long at = marked.to(torch.ScalarType.Int64).argmax().item<long>();
        long row = _kept is null ? at : _kept[at].item<long>();
        return _input.Batch.Indices[row / _rowsPerSample].item<long>();
    }

    // Of outputs [N, C] a mask [N, T] marks which places of the inputs are padding. [N, 1] may mean either.
    private bool IsOfInputs(Tensor mask) => _input.Output.dim() <= 2 && mask.dim() == 2 && mask.size(1) > 1;

    private Tensor RequireRows(Tensor mask, long rows) =>
        (_input.Output.dim() > 2 ? Shapes.Of(mask) == Shapes.OfRows(_input.Output) : mask.numel() == rows)
        ? mask
        : throw new ArgumentException(
            $"The mask must be {Shapes.OfRows(_input.Output)}, one for each row of the output {Shapes.Of(_input.Output)}, but is {Shapes.Of(mask)}.",
            nameof(mask));
}
