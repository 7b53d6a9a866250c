using System.Diagnostics;
using System.Globalization;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>Teachers on pretrained features at several image sizes: what a size costs in time, and what it brings.</summary>
internal static class PretrainedTeachers
{
    private const int TestImages = 2_000;

    public static void Run(string network, IdxImages fashion, string? cache, int labels, IReadOnlyList<int> seeds, IReadOnlyList<int> sizes)
    {
        using ITeacher teacher = PretrainedNetwork.Load(network);
        using TensorData test = fashion.Test.Subset(Enumerable.Range(0, TestImages).Select(number => (long)number)).InMemory();
        Console.WriteLine("| image size | ms an image | teacher | accuracy % | NLL |");
        Console.WriteLine("|---|--:|---|--:|--:|");
        foreach (int size in sizes)
        {
            string time = MillisecondsAnImage(teacher, test, size).ToString("0.0", CultureInfo.InvariantCulture);
            foreach (ITeacherFitter fitter in Fitters(teacher, size, cache))
            {
                EvaluationReport[] reports = [.. seeds.Select(seed => Measure(fitter, fashion, labels, seed, test))];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {size} | {time} | {fitter.Name} | {100 * reports.Average(one => one.Accuracy):0.0} "
                    + $"| {reports.Average(one => one.NegativeLogLikelihood):0.000} |"));
            }
        }
    }

    private static IEnumerable<ITeacherFitter> Fitters(ITeacher teacher, int size, string? cache)
    {
        LayerFeatures[] average = [.. PretrainedNetwork.Layers.Select(layer => new LayerFeatures(layer))];
        LayerFeatures[] grid = [.. PretrainedNetwork.Layers.Select(layer => new LayerFeatures(layer, FeaturePooling.Grid()))];
        MappedFeatures gradients = MappedFeatures.Gradients(new() { Staggered = true, PixelWeight = 0.5 });
        var onGradients = new KernelRidge { Name = "gradients", FeatureMap = new HistogramOfGradients { Staggered = true, PixelWeight = 0.5 }.Describe };
        ITeacherFitter onGrid = Ridge("2x2 cells", grid);
        yield return onGradients;
        yield return Ridge("averages", average);
        yield return onGrid;
        yield return Ridge("2x2 cells, gradients", [.. grid, gradients]);
        yield return new AverageFitter(onGrid, onGradients);
        yield return Ridge("chosen", [.. average, .. grid, gradients], new FeatureSelection());
        yield return new NearestClassMeans { FeatureMap = PretrainedNetwork.Features(teacher, size, cache, grid).Describe };

        ITeacherFitter Ridge(string name, FeaturePart[] parts, FeatureSelection? selection = null) =>
            new FeatureRidge(PretrainedNetwork.Features(teacher, size, cache, parts)) { Name = name, Selection = selection };
    }

    private static EvaluationReport Measure(ITeacherFitter fitter, IdxImages fashion, int labels, int seed, TensorData test)
    {
        (TensorData labeled, _) = fashion.Draw(labels, seed);
        using TensorData samples = labeled;
        using var data = new LabeledSamples(samples, classes: 10);
        using FittedTeacher fitted = fitter.Fit(data, seed);
        return Evaluator.Evaluate(fitted.Teacher, test);
    }

    private static double MillisecondsAnImage(ITeacher teacher, TensorData images, int size)
    {
        const int Images = 128;
        using FeatureExtractor features = PretrainedNetwork.Features(
            teacher, size, cache: null, [.. PretrainedNetwork.Layers.Select(layer => new LayerFeatures(layer))]);
        using var scope = torch.NewDisposeScope();
        Tensor some = images.Inputs.narrow(0, 0, Images);
        features.Describe(some);
        long start = Stopwatch.GetTimestamp();
        features.Describe(some);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Images;
    }
}
