namespace Distillation.SmallData;

/// <summary>Chooses samples of each class by their features. Derive from it to write another coreset: features and classes are here.</summary>
public abstract record CoresetSelection : IDataCondenser
{
    private const long Chunk = 512;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Gets what the choice sees of inputs [N, ...]: features [N, ...]; the inputs themselves where there is none.</summary>
    /// <value>
    /// A pure function of each row, called with 512 rows at most: <see cref="HistogramOfGradients"/>, <see cref="FeatureExtractor.Describe(Tensor)"/>, or a
    /// network without its head. The default value is <see langword="null"/>.
    /// </value>
    public Func<Tensor, Tensor>? FeatureMap { get; init; }

    /// <summary>Chooses samples.</summary>
    /// <param name="data">Inputs [M, ...] and class ids.</param>
    /// <param name="samplesPerClass">The number of samples of each class; positive. A class with fewer samples is chosen whole.</param>
    /// <param name="cancellationToken">Cancels the work between two classes.</param>
    /// <returns>The numbers of the samples, by class, and within one in the order of the choice: the first k are the choice of k.</returns>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public IReadOnlyList<long> Select(LabeledSamples data, int samplesPerClass, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(samplesPerClass);
        var chosen = new List<long>();
        using var noGradient = torch.no_grad();
        foreach ((_, long[] rows) in ClassRows.Of(data))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            int count = Math.Min(samplesPerClass, rows.Length);
            chosen.AddRange(Choose(FeaturesOf(data, rows), count).Select(place => rows[place]));
        }

        return chosen;
    }

    /// <inheritdoc/>
    /// <remarks>The choice has no chance in it: <paramref name="seed"/> changes nothing.</remarks>
    public TensorData Condense(LabeledSamples data, int samplesPerClass, int seed = 0, CancellationToken cancellationToken = default) =>
        ClassRows.Gather(data, Select(data, samplesPerClass, cancellationToken));

    /// <summary>Chooses among the samples of one class.</summary>
    /// <param name="features">Their features, [M, D] float64.</param>
    /// <param name="count">The number to choose, in [1, M].</param>
    /// <returns>Their places in [0, M), each once, in the order of the choice.</returns>
    protected abstract IReadOnlyList<int> Choose(Tensor features, int count);

    private Tensor FeaturesOf(LabeledSamples data, long[] rows)
    {
        var parts = new List<Tensor>();
        foreach (long[] some in rows.Chunk((int)Chunk))
        {
            using var scope = torch.NewDisposeScope();
            Tensor inputs = data.Inputs.index_select(0, torch.tensor(some, device: data.Inputs.device));
            parts.Add(KernelRidgeTeacher.FeaturesOf(inputs, FeatureMap).MoveToOuterDisposeScope());
        }

        return torch.cat([.. parts]);
    }
}
