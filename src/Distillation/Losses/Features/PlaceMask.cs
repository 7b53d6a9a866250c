namespace Distillation.Losses;

/// <summary>Which places of a sequence count, for losses on the layers of transformers.</summary>
internal static class PlaceMask
{
    /// <summary>Gives the mask of a batch for layers with T places.</summary>
    /// <returns>1 or 0 for each place, [N, T], in the data type of the layer; <see langword="null"/> where all count.</returns>
    public static Tensor? Of(DistillationContext context, Tensor layer, long places)
    {
        if (context.Batch is not MaskedBatch { Mask: var mask })
        {
            return null;
        }

        return mask.dim() == 2 && mask.size(0) == layer.size(0) && mask.size(1) == places
            ? mask.IsNot(0).to(layer.dtype)
            : throw new InvalidOperationException($"The mask must be [{layer.size(0)}, {places}], one for each place of a layer {Shapes.Of(layer)}, but is {Shapes.Of(mask)}.");
    }

    /// <summary>Counts the places of a batch that the mask does not rule out, for layers [N, T, D].</summary>
    /// <returns>A float64 scalar, or <see langword="null"/> where all count.</returns>
    public static Tensor? CountOfStates(Batch batch, Tensor layer) => layer.dim() == 3 ? Count(batch, power: 1) : null;

    /// <summary>Sums, over the samples of a batch, a power of the number of places that the mask does not rule out.</summary>
    /// <returns>A float64 scalar, or <see langword="null"/> where all count.</returns>
    public static Tensor? Count(Batch batch, double power) =>
        batch is MaskedBatch { Mask: var mask } && mask.dim() == 2 ? mask.IsNot(0).sum(1, type: torch.ScalarType.Float64).Power(power).sum() : null;

    /// <summary>Takes the mean of values over the places that count; 0 where none does.</summary>
    /// <param name="values">A number for each place.</param>
    /// <param name="weights">1 or 0 in a shape that broadcasts to that of the values; <see langword="null"/> where all count.</param>
    public static Tensor Mean(Tensor values, Tensor? weights) =>
        weights is null ? values.mean() : (values * weights).sum() / weights.expand_as(values).sum().AtLeast(1);

    /// <summary>Takes the mean of one value for each state of a layer, over the places that count where the layer is [N, T, D].</summary>
    public static Tensor MeanOfStates(Tensor values, Tensor layer, DistillationContext context) =>
        Mean(values, layer.dim() == 3 ? Of(context, layer, layer.size(1)) : null);
}
