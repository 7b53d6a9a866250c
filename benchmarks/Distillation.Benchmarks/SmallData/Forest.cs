using Distillation.SmallData;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// A random forest of ML.NET as a teacher. It has regressions only: one forest a class learns ones and zeros, and says how likely the class is.
/// </summary>
internal static class Forest
{
    public static ITeacherFitter Fitter(int classes) => new ModelFitter("forest", (samples, seed) =>
    {
        using var scope = torch.NewDisposeScope();
        Batch all = samples.Read(torch.arange(samples.Count, torch.ScalarType.Int64));
        long[] labels = all.Labels!.data<long>().ToArray();
        var context = new MLContext(seed);
        var trainer = context.Regression.Trainers.FastForest(new FastForestRegressionTrainer.Options
        {
            NumberOfTrees = 60,
            NumberOfLeaves = labels.Length,
            MinimumExampleCountPerLeaf = 1,
            FeatureFractionPerSplit = 1 / Math.Sqrt(all.Inputs.size(1)),
            NumberOfQuantileSamples = 1,
            NumberOfThreads = 1,
            Seed = seed,
            FeatureSelectionSeed = seed,
        });
        ITransformer[] forests =
            [.. Enumerable.Range(0, classes).Select(id => trainer.Fit(Rows(context, all.Inputs, [.. labels.Select(label => label == id ? 1f : 0f)])))];

        return Teacher.From(inputs =>
        {
            IDataView rows = Rows(context, inputs, new float[inputs.size(0)]);
            IEnumerable<float[]> shares = forests.Select(forest =>
                forest.Transform(rows).GetColumn<float>("Score").Select(share => Math.Clamp(share, 1e-3f, 1)).ToArray());
            return torch.stack(shares.Select(share => torch.tensor(share)), 1).log_();
        });
    }, folds: 3);

    private static IDataView Rows(MLContext context, Tensor inputs, float[] targets)
    {
        int features = (int)inputs.size(1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        IEnumerable<float[]> rows = inputs.contiguous().data<float>().ToArray().Chunk(features);
        return context.Data.LoadFromEnumerable(rows.Zip(targets, (row, target) => new Row { Features = row, Label = target }).ToArray(), schema);
    }

    private sealed class Row
    {
        public required float[] Features { get; init; }

        public required float Label { get; init; }
    }
}
