using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Fits extremely randomized trees (Geurts, Ernst and Wehenkel, 2006): a teacher of another family than networks and kernels, which suits tables.
/// </summary>
/// <remarks>
/// <para>
/// Each tree learns from all samples. A node tries √D of the features that differ among its samples, each cut at a place drawn evenly between its smallest and
/// its largest value, and keeps the cut with the smallest Gini impurity. The output is the mean of the trees' probabilities.
/// </para>
/// <para>
/// For targets of a regression, and for several labels of 0 and 1, a node tries all features, as the paper proposes, and keeps the cut that leaves the least
/// variance of the targets, each in the measure of its deviation.
/// </para>
/// <para>
/// The smallest number of samples in a leaf is chosen by the negative log-likelihood out of fold, of a regression the squared error; the temperature of the
/// out-of-fold logits calibrates the teacher. The trees are a function of the seed and of nothing else, whatever <see cref="Parallelism"/> is.
/// </para>
/// </remarks>
public sealed record ExtraTrees : ITeacherFitter
{
    /// <inheritdoc/>
    public string Name { get; init => field = Require.Present(value); } = "extra trees";

    /// <summary>Gets what the trees see of inputs [N, ...]: features [N, ...]; the inputs themselves where there is none.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public Func<Tensor, Tensor>? FeatureMap { get; init; }

    /// <summary>Gets the number of trees.</summary>
    /// <value>Positive. The default value is 100.</value>
    public int Trees { get; init => field = Require.Positive(value); } = 100;

    /// <summary>Gets how many features a node tries.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: √D, rounded down, for class ids, and D for other tasks. The default value is <see langword="null"/>.
    /// </value>
    public int? FeaturesTried { get; init => field = value is { } tried ? Require.Positive(tried) : null; }

    /// <summary>Gets the smallest numbers of samples in a leaf to choose from.</summary>
    /// <value>Positive, at least one. The default values are 1 and 5.</value>
    public IReadOnlyList<int> MinLeafSamples { get; init => field = Checked(value); } = [1, 5];

    /// <summary>Gets in how many folds the size of leaves is chosen and the teacher calibrated.</summary>
    /// <value>At least 2; no more than samples are used. The default value is 5.</value>
    public int Folds { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 5;

    /// <summary>Gets the number of threads that grow trees and predict.</summary>
    /// <value>Positive. The default value is 1. The trees and their outputs are the same for every number.</value>
    public int Parallelism { get; init => field = Require.Positive(value); } = 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer than 2 samples.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        if (data.Count < 2)
        {
            throw new ArgumentException($"Cross-validation needs at least 2 samples, but there are {data.Count}.", nameof(data));
        }

        if (!data.Rules.IsClassification)
        {
            return RegressionTrees.Fit(this, data, seed, cancellationToken);
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor labels = data.RequireLabels();
        long[] ids = labels.cpu().data<long>().ToArray();
        float[][] rows = ExtraTreesTeacher.Rows(data.Inputs, FeatureMap);
        int[] classes = Array.ConvertAll(ids, id => (int)id);
        IReadOnlyList<Fold> folds = Split.StratifiedInFolds(ids, Math.Min(Folds, ids.Length), seed);
        (int leaf, double least, double temperature) = (MinLeafSamples[0], double.PositiveInfinity, 1);
        Tensor? kept = null;
        foreach (int size in MinLeafSamples)
        {
            Tensor outOfFold = torch.tensor(OutOfFold(size), [data.Count, data.Classes], torch.ScalarType.Float64, data.Inputs.device);
            double fitted = TemperatureScaling.Fit(outOfFold, labels);
            outOfFold.DivInPlace(fitted);
            double cost = functional.cross_entropy(outOfFold, labels).item<double>();
            if (cost < least)
            {
                (leaf, least, temperature) = (size, cost, fitted);
                kept = outOfFold;
            }
        }

        ExtraTreesTeacher whole = Grow(rows, classes, leaf, seed);
        return new FittedTeacher(new ScaledTeacher(whole, temperature), kept!, whole);

        ExtraTreesTeacher Grow(float[][] samples, int[] of, int size, int number) =>
            ExtraTreesTeacher.Grow(FeatureMap, samples, of, (int)data.Classes, size, this, number, cancellationToken);

        double[] OutOfFold(int size)
        {
            var logits = new double[ids.Length * data.Classes];
            foreach ((int number, Fold fold) in folds.Index())
            {
                using ExtraTreesTeacher part = Grow(
                    [.. fold.Train.Select(sample => rows[sample])],
                    [.. fold.Train.Select(sample => classes[sample])],
                    size,
                    unchecked((int)SplitMix64.Mix(seed, number)));
                double[] held = part.Logits([.. fold.HeldOut.Select(sample => rows[sample])]);
                foreach ((int place, long sample) in fold.HeldOut.Index())
                {
                    Array.Copy(held, place * data.Classes, logits, sample * data.Classes, data.Classes);
                }
            }

            return logits;
        }
    }

    private static int[] Checked(IReadOnlyList<int> values)
    {
        Require.Positive(Require.Present(values, nameof(MinLeafSamples)).Count, nameof(MinLeafSamples));
        return [.. values.Select(value => Require.Positive(value, nameof(MinLeafSamples)))];
    }
}
