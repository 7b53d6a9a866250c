namespace Distillation.SmallData;

/// <summary>Extremely randomized trees for numbers (Geurts, Ernst and Wehenkel, 2006): the mean of the trees' means.</summary>
/// <remarks>
/// For several labels the outputs are logits, <c>log((Σₜ pₜ(x) + ½) / (Σₜ (1 − pₜ(x)) + ½))</c>: those of the mean and of one tree more that holds each label
/// as likely as not.
/// </remarks>
internal sealed class RegressionTreesTeacher : ITeacher
{
    private const double Prior = 0.5;

    private readonly Func<Tensor, Tensor>? _map;
    private readonly ExtraTree[] _trees;
    private readonly int _features;
    private readonly double[] _offsets;
    private readonly double[] _scales;
    private readonly bool _areLogits;
    private readonly int _parallelism;

    private RegressionTreesTeacher(
        ExtraTrees options, ExtraTree[] trees, int features, double[] offsets, double[] scales, bool areLogits)
    {
        (_map, _parallelism) = (options.FeatureMap, options.Parallelism);
        _trees = trees;
        _features = features;
        (_offsets, _scales) = (offsets, scales);
        _areLogits = areLogits;
    }

    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public bool AcceptsRepeatedSamples => true;

    /// <summary>Grows the trees.</summary>
    /// <param name="rows">The features of each sample.</param>
    /// <param name="targets">The targets of each sample.</param>
    /// <param name="areLogits">Whether the targets are labels of 0 and 1, and the outputs logits.</param>
    /// <param name="minLeaf">The fewest samples of a leaf.</param>
    /// <param name="options">The numbers of trees, of features and of threads.</param>
    /// <param name="seed">Any number; the same one gives the same trees.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    public static RegressionTreesTeacher Grow(
        float[][] rows, double[][] targets, bool areLogits, int minLeaf, ExtraTrees options, int seed, CancellationToken cancellationToken)
    {
        int features = rows[0].Length;
        float[][] columns = [.. Enumerable.Range(0, features).Select(feature => Array.ConvertAll(rows, row => row[feature]))];
        double[] offsets = [.. Enumerable.Range(0, targets[0].Length).Select(target => areLogits ? 0 : targets.Average(row => row[target]))];
        double[] scales = [.. offsets.Select((mean, target) => areLogits ? 1 : Deviation(targets, target, mean))];

        // In the measure of their deviations, so that all targets of a sample count alike.
        double[][] standardized = Array.ConvertAll(targets, row => row.Select((value, target) => (value - offsets[target]) / scales[target]).ToArray());
        int tried = Math.Min(features, options.FeaturesTried ?? features);
        var trees = new ExtraTree[options.Trees];
        Parallel.For(
            0,
            trees.Length,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            number => trees[number] = ExtraTree.Grow(new RegressionGrowth(columns, standardized, tried, minLeaf, SplitMix64.Mix(seed, number))));
        return new(options, trees, features, offsets, scales, areLogits);
    }

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"Trees have no inner layers, and cannot return {features}.", nameof(features));
        }

        float[][] rows = ExtraTreesTeacher.Rows(batch.Inputs, _map);
        if (rows.Length > 0 && rows[0].Length != _features)
        {
            throw new InvalidOperationException(
                $"The teacher was fitted on samples of {_features} features, but the batch {Shapes.Of(batch.Inputs)} has {rows[0].Length}.");
        }

        torch.ScalarType dtype = torch.is_floating_point(batch.Inputs) ? batch.Inputs.dtype : torch.ScalarType.Float32;
        return new ModelOutput(torch.tensor(Outputs(rows), [rows.Length, _offsets.Length], dtype, batch.Inputs.device));
    }

    /// <summary>Returns the outputs for samples, [N, D] in one array.</summary>
    public double[] Outputs(float[][] rows)
    {
        int targets = _offsets.Length;
        var outputs = new double[rows.Length * targets];
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = _parallelism }, row =>
        {
            Span<double> sums = outputs.AsSpan(row * targets, targets);
            foreach (ExtraTree tree in _trees)
            {
                tree.AddTo(sums, rows[row]);
            }

            for (int target = 0; target < targets; target++)
            {
                sums[target] = _areLogits
                    ? Math.Log((sums[target] + Prior) / (_trees.Length - sums[target] + Prior))
                    : _offsets[target] + (_scales[target] * sums[target] / _trees.Length);
            }
        });
        return outputs;
    }

    public void Dispose()
    {
        // Trees are arrays.
    }

    private static double Deviation(double[][] targets, int target, double mean)
    {
        double variance = targets.Average(row => (row[target] - mean) * (row[target] - mean));
        return variance > 0 ? Math.Sqrt(variance) : 1;
    }
}
