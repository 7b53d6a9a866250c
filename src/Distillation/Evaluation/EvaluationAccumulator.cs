namespace Distillation.Evaluation;

/// <summary>Accumulates all metrics of a task over batches, or shards of the data, to one report.</summary>
/// <remarks>Outputs of many classes are read a few samples at a time: a batch of sequences over a large vocabulary does not become float64 at once.</remarks>
/// <param name="task">The task.</param>
public sealed class EvaluationAccumulator(EvaluationTask task) : IDisposable
{
    // The numbers of an output that are converted to float64 at once.
    private const long MaxNumbers = 1 << 22;

    private readonly MetricAccumulator[] _metrics = [.. Require.Present(task).Metrics.Select(metric => metric.CreateAccumulator())];
    private readonly ClassDetails? _details = task.HasDetails ? new() : null;
    private bool _comparesModels;
    private long _samples;
    private long? _rows;
    private long _nonFinite;
    private long _firstNonFinite;

    /// <summary>Gets the task.</summary>
    public EvaluationTask Task { get; } = task;

    /// <summary>Adds a batch.</summary>
    /// <param name="output">The output of the model; see <see cref="MetricInput"/>.</param>
    /// <param name="batch">The batch, with labels.</param>
    /// <exception cref="ArgumentException">Output and labels do not have the form of the task.</exception>
    public void Update(Tensor output, Batch batch) => Update(output, batch, MetricInput.RequireLabels(batch));

    /// <summary>Adds a batch with the outputs of another model in the place of labels.</summary>
    internal void UpdateAgainst(Tensor reference, Tensor output, Batch batch)
    {
        _comparesModels = true;
        Update(output, batch, reference);
    }

    /// <summary>Returns the report of the batches since the beginning, or since <see cref="Reset"/>.</summary>
    /// <returns>The report.</returns>
    /// <exception cref="InvalidOperationException">
    /// There was no batch, or some outputs are NaN or infinite: the message has their number, and names the first.
    /// </exception>
    public EvaluationReport Compute()
    {
        if (_nonFinite > 0)
        {
            throw MetricInput.NonFinite(_nonFinite, _firstNonFinite, _comparesModels);
        }

        if (_rows == 0)
        {
            throw new InvalidOperationException($"None of the {_samples} samples has a row that counts: mask or ignored label rule out all.");
        }

        var report = new EvaluationReport
        {
            Task = Task.Name,
            Samples = _samples,
            Metrics = _metrics.ToDictionary(metric => metric.Metric.Name, metric => metric.Compute()),
        };
        return _details?.CompleteReport(report) ?? report;
    }

    /// <summary>Forgets all batches.</summary>
    public void Reset()
    {
        Array.ForEach(_metrics, metric => metric.Reset());
        _details?.Clear();
        (_samples, _rows, _nonFinite) = (0, null, 0);
    }

    /// <summary>Adds the batches of another accumulator, such as one of another shard of the data, after those of this one.</summary>
    /// <param name="other">An accumulator of the same task.</param>
    /// <exception cref="ArgumentException">It is of another task.</exception>
    public void Merge(EvaluationAccumulator other)
    {
        if (Require.Present(other).Task != Task)
        {
            throw new ArgumentException($"Only the same task can be merged, but this is {Task} and the other {other.Task}.", nameof(other));
        }

        foreach ((MetricAccumulator metric, MetricAccumulator added) in _metrics.Zip(other._metrics))
        {
            metric.Merge(added);
        }

        _details?.Add(other._details!);
        Count(other._samples, other._rows, other._nonFinite, other._firstNonFinite);
    }

    /// <summary>Disposes the states.</summary>
    public void Dispose()
    {
        Array.ForEach(_metrics, metric => metric.Dispose());
        _details?.Dispose();
    }

    private void Update(Tensor output, Batch batch, Tensor labels)
    {
        Require.Present(output);
        using var scope = torch.NewDisposeScope();
        long perSample = Math.Max(1, output.numel() / Math.Max(1, batch.Count));
        long most = Math.Max(1, MaxNumbers / perSample);
        if (batch.Count <= most || output.size(0) != batch.Count)
        {
            Add(output, batch, labels);
            return;
        }

        long start = 0;
        foreach (Batch piece in Pieces(batch, most))
        {
            Add(output.narrow(0, start, piece.Count), piece, labels.narrow(0, start, piece.Count));
            start += piece.Count;
        }
    }

    // A batch of a type of its own may not know how to split: it is measured as a whole.
    private static IReadOnlyList<Batch> Pieces(Batch batch, long size)
    {
        try
        {
            return batch.Split(size);
        }
        catch (NotSupportedException)
        {
            return [batch];
        }
    }

    private void Add(Tensor output, Batch batch, Tensor labels)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var input = new MetricInput(output, batch, labels, Task.IgnoredLabel, _comparesModels);
        foreach (MetricAccumulator metric in _metrics)
        {
            metric.Add(input);
        }

        _details?.Add(input.Classes);
        Count(batch.Count, input.CountedRows, input.NonFiniteRows, input.FirstNonFinite ?? 0);
    }

    private void Count(long samples, long? rows, long nonFinite, long first)
    {
        _samples += samples;
        _rows = rows is null ? _rows : (_rows ?? 0) + rows;
        _firstNonFinite = _nonFinite == 0 ? first : _firstNonFinite;
        _nonFinite += nonFinite;
    }
}
