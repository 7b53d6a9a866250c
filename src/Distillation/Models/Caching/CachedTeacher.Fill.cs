namespace Distillation.Caching;

/// <content>Fills the store up front.</content>
public sealed partial class CachedTeacher
{
    /// <summary>Runs the teacher on all samples that are not kept yet. After a cancellation, the next call continues where it stopped.</summary>
    /// <remarks>
    /// Outputs are kept, whatever happens. Where the teacher throws a <see cref="PartialOutputException"/>, the batches after it run too, unless
    /// all samples of one have failed; after another exception none is. Networks run in batches of <paramref name="batchSize"/>, the last one too:
    /// samples in it are repeated to fill it.
    /// </remarks>
    /// <param name="data">The samples, as many as the store is for.</param>
    /// <param name="batchSize">
    /// The number of samples in a batch; positive. That of the training, 64 if it has its own default, gives the same bits as the teacher in the loop.
    /// </param>
    /// <param name="device">Where the teacher is; the batches stay where they are read if not given.</param>
    /// <param name="progress">Receives the share that is known, on this thread.</param>
    /// <param name="cancellationToken">Ends it between two batches, or within one where the teacher looks at the token; what is known stays known.</param>
    /// <exception cref="ArgumentException">The data has another number of samples than the store is for.</exception>
    /// <exception cref="AggregateException">The teacher failed on some samples, and the outputs of all others are kept.</exception>
    /// <exception cref="OperationCanceledException">It was ended by the token, and by nothing else.</exception>
    /// <exception cref="TimeoutException">The teacher ended a batch as canceled, though the token was not.</exception>
    public void Fill(
        IDataSource data, int batchSize = 64, torch.Device? device = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        FillPart(data, part: 0, parts: 1, batchSize, device, progress, cancellationToken);

    /// <summary>
    /// Runs the teacher on one part of the samples, for several processes that fill one store on the disk: the batches of <see cref="Fill"/> are dealt out in
    /// turn, and all parts together have its content, to the last bit.
    /// </summary>
    /// <remarks>
    /// The parts are a function of the numbers alone: each process fills its own, whatever the others have done. Numbers of processes come from a launcher
    /// (MPI's rank, the index of a job array). Each opens the store for itself, and looks up what the others have written once all are done
    /// (<c>ArrowOutputStore.Refresh</c>). Failures and cancellation are those of <see cref="Fill"/>.
    /// </remarks>
    /// <param name="data">The samples, as many as the store is for.</param>
    /// <param name="part">The number of the part, in [0, <paramref name="parts"/>).</param>
    /// <param name="parts">The number of parts; positive, and the same in all processes.</param>
    /// <param name="batchSize">The number of samples in a batch; positive, and the same in all processes.</param>
    /// <param name="device">Where the teacher is; the batches stay where they are read if not given.</param>
    /// <param name="progress">Receives the share of all samples that this process knows, on this thread.</param>
    /// <param name="cancellationToken">Ends it between two batches, or within one where the teacher looks at the token; what is known stays known.</param>
    /// <exception cref="ArgumentException">The data has another number of samples than the store is for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    /// <exception cref="AggregateException">The teacher failed on some samples, and the outputs of all others are kept.</exception>
    /// <exception cref="OperationCanceledException">It was ended by the token, and by nothing else.</exception>
    /// <exception cref="TimeoutException">The teacher ended a batch as canceled, though the token was not.</exception>
    public void FillPart(
        IDataSource data,
        int part,
        int parts,
        int batchSize = 64,
        torch.Device? device = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(parts);
        Require.InRange(part, 0, parts - 1);
        Require.Positive(batchSize);
        if (data.Count != _store.Count)
        {
            throw new ArgumentException($"The store is for {_store.Count} samples, but the data has {data.Count}.", nameof(data));
        }

        RequireUnchanged();
        var failures = new List<PartialOutputException>();
        try
        {
            foreach (long[] missing in Missing(part, parts, batchSize).Chunk(batchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = torch.NewDisposeScope();
                Batch batch = data.Read(torch.tensor(missing));
                try
                {
                    Compute((device is null ? batch : batch.To(device)).OfFull(Math.Min(batchSize, data.Count)), missing, cancellationToken);
                }
                catch (PartialOutputException partial) when (IsOfInner(partial) && partial.Rows.Count > 0)
                {
                    failures.Add(partial);
                }

                progress?.Report((double)_store.Filled / _store.Count);
            }
        }
        finally
        {
            _store.Flush();
        }

        if (failures.Count > 0)
        {
            long[] missing = [.. Missing(part, parts, batchSize)];
            throw new AggregateException(
                $"The teacher failed on {missing.Length} of {_store.Count} samples: "
                + $"{string.Join(", ", missing.Take(Named))}{(missing.Length > Named ? ", …" : "")}. The outputs of the others are kept; "
                + "another call runs these samples alone.",
                failures);
        }
    }

    // Those of each parts-th batch of all samples.
    private IEnumerable<long> Missing(int part, int parts, int batchSize)
    {
        for (long sample = 0; sample < _store.Count; sample++)
        {
            if (sample / batchSize % parts == part && !_store.Contains(sample))
            {
                yield return sample;
            }
        }
    }
}
