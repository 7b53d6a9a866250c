namespace Distillation.Losses;

/// <summary>The weight of a batch in a mean over rows of logits.</summary>
internal static class RowWeights
{
    /// <summary>Counts the rows that neither the mask nor the ignored label rules out.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="student">Outputs with logits of as many dimensions as those of the batch; the numbers of samples may differ.</param>
    /// <param name="ignoredLabel">The class id that marks a row that does not count.</param>
    /// <param name="perClass">The weight of each class, by which rows count; all count the same if not given.</param>
    /// <returns>A float64 scalar, or <see langword="null"/> where every row counts 1.</returns>
    public static Tensor? Of(Batch batch, ModelOutput student, long? ignoredLabel, IReadOnlyList<double>? perClass = null)
    {
        Require.Present(batch);
        Require.Present(student);
        Tensor? counts = batch is MaskedBatch { Mask: var mask } && HasRows(mask, student) ? mask.Ne(0) : null;
        if (batch.Labels is not { } labels || !torch.is_integral(labels) || !HasRows(labels, student))
        {
            return Sum(counts);
        }

        if (ignoredLabel is { } ignored)
        {
            Tensor labeled = labels.Ne(ignored);
            labels = labels.MaskedFill(labels.Eq(ignored), 0);
            counts = counts is null ? labeled : counts.logical_and(labeled);
        }

        return perClass is null ? Sum(counts) : Sum(OfClasses(labels, perClass), counts);
    }

    private static Tensor? Sum(Tensor? counts) => counts?.sum(torch.ScalarType.Float64);

    private static Tensor Sum(Tensor weights, Tensor? counts) => (counts is null ? weights : weights.MaskedFill(counts.logical_not(), 0)).sum();

    private static Tensor OfClasses(Tensor labels, IReadOnlyList<double> perClass) =>
        torch.tensor([.. perClass], device: labels.device).index_select(0, labels.reshape(-1).to(torch.ScalarType.Int64)).view(labels.shape);

    private static bool HasRows(Tensor tensor, ModelOutput student) => tensor.dim() == student.LogitDimensions - 1;
}
