using Distillation.Data;
using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>Fits <see cref="ExtraTrees"/> to targets: the size of leaves is chosen, and several labels are calibrated, by out-of-fold outputs.</summary>
internal static class RegressionTrees
{
    public static FittedTeacher Fit(ExtraTrees options, LabeledSamples data, int seed, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor truth = data.RequireTargetRows(options.Name);
        double[][] targets = [.. truth.cpu().data<double>().ToArray().Chunk((int)data.Outputs)];
        float[][] rows = ExtraTreesTeacher.Rows(data.Inputs, options.FeatureMap);
        bool areLogits = !data.Rules.IsRegression;
        Tensor weights = areLogits ? torch.ones_like(truth[0]) : truth.var([0], unbiased: false).ClampMin(1e-300).reciprocal().sqrt();
        IReadOnlyList<Fold> folds = Split.StratifiedInFolds(data.Strata(), (int)Math.Min(options.Folds, data.Count), seed);
        (int leaf, double least, double temperature) = (options.MinLeafSamples[0], double.PositiveInfinity, 1);
        Tensor? kept = null;
        foreach (int size in options.MinLeafSamples)
        {
            Tensor outOfFold = torch.tensor(OutOfFold(size), [data.Count, data.Outputs], torch.ScalarType.Float64, data.Inputs.device);
            double fitted = data.Rules.Temperature(outOfFold, truth);
            outOfFold.DivInPlace(fitted);
            double cost = data.Rules.Costs(areLogits ? outOfFold : outOfFold * weights, areLogits ? truth : truth * weights).mean().item<double>();
            if (cost < least)
            {
                (leaf, least, temperature) = (size, cost, fitted);
                kept = outOfFold;
            }
        }

        RegressionTreesTeacher whole = RegressionTreesTeacher.Grow(rows, targets, areLogits, leaf, options, seed, cancellationToken);
        return new FittedTeacher(new ScaledTeacher(whole, temperature), kept!, whole);

        double[] OutOfFold(int size)
        {
            var outputs = new double[data.Count * data.Outputs];
            foreach ((int number, Fold fold) in folds.Index())
            {
                using RegressionTreesTeacher part = RegressionTreesTeacher.Grow(
                    [.. fold.Train.Select(sample => rows[sample])],
                    [.. fold.Train.Select(sample => targets[sample])],
                    areLogits,
                    size,
                    options,
                    unchecked((int)SplitMix64.Mix(seed, number)),
                    cancellationToken);
                double[] held = part.Outputs([.. fold.HeldOut.Select(sample => rows[sample])]);
                foreach ((int place, long sample) in fold.HeldOut.Index())
                {
                    Array.Copy(held, place * data.Outputs, outputs, sample * data.Outputs, data.Outputs);
                }
            }

            return outputs;
        }
    }
}
