namespace Distillation.Losses;

/// <summary>Which places of a sequence count, for losses on the layers of transformers.</summary>
/// <remarks>
/// What a mask rules out is filled with 0 before anything is computed of it, so that neither a value nor a gradient, of a connector among them, depends on what
/// stood there.
/// </remarks>
internal static class PlaceMask
{
    /// <summary>Finds the places of a layer that the mask of a batch rules out: [N, T] for each place, [N] for all places of a sample.</summary>
    /// <param name="context">What has the batch.</param>
    /// <param name="layer">The layer, with T places.</param>
    /// <param name="places">T.</param>
    /// <returns>Booleans, [N, T]; <see langword="null"/> where the batch has no mask.</returns>
    /// <exception cref="InvalidOperationException">The mask is neither.</exception>
    public static Tensor? LeftOut(DistillationContext context, Tensor layer, long places)
    {
        if (context.Batch is not MaskedBatch { Mask: var mask })
        {
            return null;
        }

        long samples = layer.size(0);
        return mask.size(0) != samples || !(mask.dim() == 1 || (mask.dim() == 2 && mask.size(1) == places))
            ? throw new InvalidOperationException(
                $"The mask must be [{samples}, {places}], one for each place of a layer {Shapes.Of(layer)}, or [{samples}], one for each sample, "
                + $"but is {Shapes.Of(mask)}.")
            : mask.dim() == 1 ? mask.Eq(0).unsqueeze(1).expand(samples, places) : mask.Eq(0);
    }

    /// <summary>
    /// Finds the states of a layer that the mask of a batch rules out: places of layers [N, T, D], or samples of layers [N, D] where the mask is [N].
    /// </summary>
    /// <returns>Booleans, one for each state; <see langword="null"/> where all count.</returns>
    public static Tensor? OfStates(DistillationContext context, Tensor layer) => (layer.dim(), context.Batch) switch
    {
        (3, _) => LeftOut(context, layer, layer.size(1)),
        (2, MaskedBatch { Mask: var mask }) when mask.dim() == 1 && mask.size(0) == layer.size(0) => mask.Eq(0),
        _ => null,
    };

    /// <summary>The same for a loss whose layers need not be states: a layer [N, ...] whose second dimension is not that of the mask has none.</summary>
    public static Tensor? OfStatesIfAny(DistillationContext context, Tensor layer) =>
        context.Batch is MaskedBatch { Mask: var mask } && (mask.dim() == 1 || (mask.dim() == 2 && mask.size(1) == layer.size(1)))
            ? OfStates(context, layer)
            : null;

    /// <summary>Puts zeros in place of the states that do not count.</summary>
    /// <param name="layer">The layer, [N, T, D] or [N, D].</param>
    /// <param name="leftOut">One for each state; <see langword="null"/> where all count.</param>
    public static Tensor Without(Tensor layer, Tensor? leftOut) =>
        leftOut is null || layer.dim() != leftOut.dim() + 1 || layer.size((int)leftOut.dim() - 1) != leftOut.size(-1)
            ? layer
            : layer.MaskedFill(leftOut.unsqueeze(-1), 0);

    /// <summary>Counts the states of a batch that its mask does not rule out, as <see cref="OfStates"/> finds them.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="layer">The layer, of the batch or of a micro-batch of it.</param>
    /// <returns>A float64 scalar, in units of samples or of places; <see langword="null"/> where all count.</returns>
    public static Tensor? CountOfStates(Batch batch, Tensor layer) =>
        layer.dim() == 3 || (layer.dim() == 2 && batch is MaskedBatch { Mask: var mask } && mask.dim() == 1) ? Count(batch, power: 1) : null;

    /// <summary>Counts the states of a batch that its mask does not rule out, as <see cref="OfStatesIfAny"/> finds them.</summary>
    public static Tensor? CountOfStatesIfAny(Batch batch, Tensor layer) =>
        batch is MaskedBatch { Mask: var mask } && (mask.dim() == 1 || (mask.dim() == 2 && mask.size(1) == layer.size(1))) ? CountOfStates(batch, layer) : null;

    /// <summary>Sums, over the samples of a batch, a power of the number of places that the mask does not rule out.</summary>
    /// <returns>A float64 scalar, or <see langword="null"/> where all count.</returns>
    public static Tensor? Count(Batch batch, double power) => batch is not MaskedBatch { Mask: var mask } || mask.dim() > 2
        ? null
        : mask.dim() == 1 ? mask.Ne(0).sum(torch.ScalarType.Float64) : mask.Ne(0).sum(1, type: torch.ScalarType.Float64).Pow(power).sum();

    /// <summary>Takes the mean of values over the places that count; 0 where none does.</summary>
    /// <param name="values">A number for each place.</param>
    /// <param name="leftOut">Booleans in a shape that broadcasts to that of the values; <see langword="null"/> where all count.</param>
    public static Tensor Mean(Tensor values, Tensor? leftOut) =>
        leftOut is null ? values.mean() : values.MaskedFill(leftOut, 0).sum() / leftOut.expand_as(values).logical_not().sum().ClampMinInPlace(1);
}
