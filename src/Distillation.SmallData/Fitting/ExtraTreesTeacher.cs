namespace Distillation.SmallData;

/// <summary>Extremely randomized trees for classes (Geurts, Ernst and Wehenkel, 2006).</summary>
/// <remarks>
/// The logits are <c>log((Σₜ pₜ(x) + 1/C) / (T + 1))</c>: the mean of the trees' probabilities, and of one tree more that holds all classes equally likely, so
/// that no probability is zero.
/// </remarks>
internal sealed class ExtraTreesTeacher : ITeacher
{
    private readonly Func<Tensor, Tensor>? _map;
    private readonly ExtraTree[] _trees;
    private readonly int _features;
    private readonly int _classes;
    private readonly int _parallelism;

    private ExtraTreesTeacher(Func<Tensor, Tensor>? map, ExtraTree[] trees, int features, int classes, int parallelism)
    {
        _map = map;
        _trees = trees;
        _features = features;
        _classes = classes;
        _parallelism = parallelism;
    }

    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public bool AcceptsRepeatedSamples => true;

    /// <summary>Grows the trees.</summary>
    /// <param name="map">What the trees see of inputs.</param>
    /// <param name="rows">The features of each sample.</param>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="minLeaf">The fewest samples of a leaf.</param>
    /// <param name="options">The number of trees, of features and of threads.</param>
    /// <param name="seed">Any number; the same one gives the same trees.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    public static ExtraTreesTeacher Grow(
        Func<Tensor, Tensor>? map, float[][] rows, int[] labels, int classes, int minLeaf, ExtraTrees options, int seed, CancellationToken cancellationToken)
    {
        int features = rows[0].Length;
        float[][] columns = [.. Enumerable.Range(0, features).Select(feature => Array.ConvertAll(rows, row => row[feature]))];
        int tried = Math.Min(features, options.FeaturesTried ?? Math.Max(1, (int)Math.Sqrt(features)));
        var trees = new ExtraTree[options.Trees];
        Parallel.For(
            0,
            trees.Length,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            number => trees[number] = ExtraTree.Grow(new ClassGrowth(columns, labels, classes, tried, minLeaf, SplitMix64.Mix(seed, number))));
        return new(map, trees, features, classes, options.Parallelism);
    }

    /// <summary>Returns the features of inputs [N, ...] as rows.</summary>
    public static float[][] Rows(Tensor inputs, Func<Tensor, Tensor>? map)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor points = KernelRidgeTeacher.FeaturesOf(inputs, map, torch.ScalarType.Float32).cpu().contiguous();
        return [.. points.data<float>().ToArray().Chunk((int)points.size(1))];
    }

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"Trees have no inner layers, and cannot return {features}.", nameof(features));
        }

        float[][] rows = Rows(batch.Inputs, _map);
        if (rows.Length > 0 && rows[0].Length != _features)
        {
            throw new InvalidOperationException(
                $"The teacher was fitted on samples of {_features} features, but the batch {Distillation.Shapes.Of(batch.Inputs)} has {rows[0].Length}.");
        }

        torch.ScalarType dtype = torch.is_floating_point(batch.Inputs) ? batch.Inputs.dtype : torch.ScalarType.Float32;
        return new ModelOutput(torch.tensor(Logits(rows), [rows.Length, _classes], dtype, batch.Inputs.device));
    }

    /// <summary>Returns the logits of samples, [N, C] in one array.</summary>
    public double[] Logits(float[][] rows)
    {
        var logits = new double[rows.Length * _classes];
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = _parallelism }, row =>
        {
            Span<double> sums = logits.AsSpan(row * _classes, _classes);
            foreach (ExtraTree tree in _trees)
            {
                tree.AddTo(sums, rows[row]);
            }

            foreach (ref double sum in sums)
            {
                sum = Math.Log((sum + (1.0 / _classes)) / (_trees.Length + 1));
            }
        });
        return logits;
    }

    public void Dispose()
    {
        // Trees are arrays.
    }
}
