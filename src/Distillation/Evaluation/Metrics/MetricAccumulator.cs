namespace Distillation.Evaluation;

/// <summary>Accumulates a metric over batches: <see cref="Update(Tensor, Batch)"/>, <see cref="Compute"/>, <see cref="Reset"/>.</summary>
/// <param name="metric">The metric.</param>
public sealed class MetricAccumulator(Metric metric) : IDisposable
{
    private readonly Accumulation _accumulation = new(Require.Present(metric).Reduction);

    /// <summary>Gets the metric.</summary>
    public Metric Metric { get; } = metric;

    /// <summary>Gets the class id of rows that do not count, such as −100 of padding.</summary>
    /// <value><see langword="null"/>: every id must be a class. The default value is <see langword="null"/>.</value>
    public long? IgnoredLabel { get; init; }

    /// <summary>Adds a batch.</summary>
    /// <param name="output">The output of the model; see <see cref="MetricInput"/>.</param>
    /// <param name="batch">The batch, with labels.</param>
    /// <exception cref="ArgumentException">Output and labels do not have the form that the metric reads.</exception>
    /// <exception cref="InvalidOperationException">The output is NaN or infinite in some rows: the message names the first.</exception>
    public void Update(Tensor output, Batch batch)
    {
        using var scope = torch.NewDisposeScope();
        var input = new MetricInput(output, batch, IgnoredLabel);
        Tensor state = Measure(input);
        if (input.NonFiniteRows > 0)
        {
            throw MetricInput.NonFinite(input.NonFiniteRows, input.FirstNonFinite!.Value);
        }

        _accumulation.Add(state);
    }

    /// <summary>Returns the value for the batches since the beginning, or since <see cref="Reset"/>.</summary>
    /// <returns>The value; NaN where it is not defined.</returns>
    /// <exception cref="InvalidOperationException">There was no batch.</exception>
    public double Compute()
    {
        if (_accumulation.IsEmpty)
        {
            throw new InvalidOperationException($"{Metric.Name} needs at least one batch, but none was added.");
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return Metric.Compute(_accumulation.Merged());
    }

    /// <summary>Forgets all batches.</summary>
    public void Reset() => _accumulation.Clear();

    /// <summary>Adds the batches of another accumulator, such as one of another shard of the data, after those of this one.</summary>
    /// <param name="other">An accumulator of the same metric.</param>
    /// <exception cref="ArgumentException">It is of another metric.</exception>
    public void Merge(MetricAccumulator other)
    {
        if (Require.Present(other).Metric.Name != Metric.Name)
        {
            throw new ArgumentException($"Only the same metric can be merged, but this is {Metric.Name} and the other {other.Metric.Name}.", nameof(other));
        }

        _accumulation.Add(other._accumulation);
    }

    /// <summary>Disposes the state.</summary>
    public void Dispose() => _accumulation.Dispose();

    /// <summary>Returns the merged state, in the current dispose scope.</summary>
    internal Tensor State() => _accumulation.Merged();

    /// <summary>Adds what the metric measures, in the dispose scope of the input: the state may be one of its tensors.</summary>
    internal void Add(MetricInput input) => _accumulation.Add(Measure(input));

    private Tensor Measure(MetricInput input)
    {
        using var noGradient = torch.no_grad();
        return Metric.Measure(input);
    }
}
