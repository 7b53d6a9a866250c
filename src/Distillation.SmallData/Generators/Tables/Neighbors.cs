namespace Distillation.SmallData;

/// <summary>The nearest neighbors among originals.</summary>
/// <remarks>
/// Distances are Euclidean: of tables in each column's own deviation, a nominal column counting 1 where the values differ; of anything else in the unit of the
/// inputs.
/// </remarks>
internal static class Neighbors
{
    // Distances of so many samples to all others are in memory at once: 40 MB for 10 000.
    private const long Chunk = 512;

    /// <summary>The nearest others of each original, nearest first.</summary>
    /// <returns>[M, K] int64, −1 where there are not so many; remembered.</returns>
    public static Tensor Of(LabeledSamples originals, int count, bool sameClass, IReadOnlyList<ColumnKind>? kinds = null) =>
        originals.GetOrAdd((nameof(Neighbors), count, sameClass, kinds is null ? "" : string.Join(',', kinds)), all => Find(all, count, sameClass, kinds));

    private static Tensor Find(LabeledSamples originals, int count, bool sameClass, IReadOnlyList<ColumnKind>? kinds)
    {
        Tensor? labels = sameClass ? originals.RequireLabels("A generator of neighbors of one class") : null;
        long found = Math.Min(count, originals.Count - 1);
        if (found == 0)
        {
            return KeptAliveScalar.Full([1, 1], -1, torch.ScalarType.Int64, originals.Inputs.device);
        }

        Tensor columns = originals.Inputs.flatten(1).to(torch.ScalarType.Float64);
        long[] nominal = kinds is null
            ? []
            : [.. Enumerable.Range(0, kinds.Count).Where(column => kinds[column] == ColumnKind.Nominal).Select(column => (long)column)];
        Tensor points = Points(columns, nominal, scaled: originals.Inputs.dim() == 2);
        var parts = new List<Tensor>();
        for (long start = 0; start < originals.Count; start += Chunk)
        {
            using var scope = torch.NewDisposeScope();
            long rows = Math.Min(Chunk, originals.Count - start);
            Tensor distances = RowArithmetic.SquaredDistances(points.narrow(0, start, rows), points);
            foreach (long column in nominal)
            {
                Tensor values = columns.select(1, column);
                distances.AddInPlace(values.narrow(0, start, rows).unsqueeze(1).ne(values.unsqueeze(0)));
            }

            distances.MaskedFillInPlace(Excluded(labels, start, rows, originals), double.PositiveInfinity);
            (Tensor nearest, Tensor numbers) = distances.topk((int)found, 1, largest: false, sorted: true);
            parts.Add(numbers.MaskedFill(nearest.isinf(), -1).MoveToOuterDisposeScope());
        }

        return torch.cat([.. parts]);
    }

    // No sample is its own neighbor.
    private static Tensor Excluded(Tensor? labels, long start, long rows, LabeledSamples originals)
    {
        Tensor all = KeptAliveScalar.Arange(0, originals.Count, torch.ScalarType.Int64, originals.Inputs.device);
        Tensor self = all.narrow(0, start, rows).unsqueeze(1).eq(all.unsqueeze(0));
        return labels is null ? self : self.logical_or(labels.narrow(0, start, rows).unsqueeze(1).ne(labels.unsqueeze(0)));
    }

    private static Tensor Points(Tensor columns, long[] nominal, bool scaled)
    {
        Tensor points = columns - columns.mean([0], keepdim: true);
        if (scaled)
        {
            Tensor deviations = points.Square().mean([0], keepdim: true).sqrt();
            points.div_(torch.where(deviations.Gt(0), deviations, torch.ones_like(deviations)));
        }

        if (nominal.Length > 0)
        {
            points.IndexFillInPlace(1, torch.tensor(nominal, device: columns.device), 0);
        }

        return points;
    }
}
