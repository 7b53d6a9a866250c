using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>The labels of two systems for the same texts, compared with the right ones.</summary>
internal sealed class PairedLabels(int[] actual, int[] first, int[] second, int classes)
{
    /// <summary>Returns second minus first, with intervals.</summary>
    public SystemDifference Difference(string name, LabelingVerdictOptions options)
    {
        int[] all = [.. Enumerable.Range(0, actual.Length)];
        (int onlyFirst, int onlySecond) = (OnlyRight(first, second), OnlyRight(second, first));
        return new()
        {
            Name = name,
            Accuracy = (double)(onlySecond - onlyFirst) / actual.Length,
            AccuracyInterval = AccuracyInterval(onlyFirst, onlySecond, options),
            MacroF1 = MacroF1(second, all) - MacroF1(first, all),
            MacroF1Interval = MacroF1Interval(options),
            McNemar = McNemarTest.Of(onlyFirst, onlySecond),
        };
    }

    /// <summary>Returns the mean of F1 over the classes that occur among labels or predictions of all texts.</summary>
    public static double MacroF1(int[] actual, int[] predicted, int classes) =>
        new PairedLabels(actual, predicted, predicted, classes).MacroF1(predicted, [.. Enumerable.Range(0, actual.Length)]);

    private int OnlyRight(int[] one, int[] other) => Enumerable.Range(0, actual.Length).Count(text => one[text] == actual[text] && other[text] != actual[text]);

    private Interval AccuracyInterval(int onlyFirst, int onlySecond, LabelingVerdictOptions options)
    {
        Interval bootstrap = PairedComparison.Of(Hits(first), Hits(second), options.Level, options.Resamples, options.Seed).Interval;
        Interval adjusted = AdjustedInterval(onlyFirst, onlySecond, options.Level);
        return new(Math.Max(-1, Math.Min(bootstrap.Low, adjusted.Low)), Math.Min(1, Math.Max(bootstrap.High, adjusted.High)));

        double[] Hits(int[] predicted) => [.. predicted.Zip(actual, (one, right) => one == right ? 1.0 : 0.0)];
    }

    // Bonett and Price (2012): one text is added to either kind of those on which the systems differ.
    private Interval AdjustedInterval(int onlyFirst, int onlySecond, double level)
    {
        double texts = actual.Length + 2;
        (double lost, double won) = ((onlyFirst + 1) / texts, (onlySecond + 1) / texts);
        double half = StudentDistribution.Quantile((1 - level) / 2, actual.Length - 1) * Math.Sqrt((lost + won - ((won - lost) * (won - lost))) / texts);
        return new(won - lost - half, won - lost + half);
    }

    private Interval MacroF1Interval(LabelingVerdictOptions options)
    {
        var random = new SeededDraws(options.Seed, "resamples");
        var drawn = new double[options.Resamples];
        for (int i = 0; i < drawn.Length; i++)
        {
            int[] texts = random.Resampled(actual.Length);
            drawn[i] = MacroF1(second, texts) - MacroF1(first, texts);
        }

        Array.Sort(drawn);
        int cut = (int)Math.Floor((1 - options.Level) / 2 * (drawn.Length - 1));
        return new(drawn[cut], drawn[^(cut + 1)]);
    }

    // F1 = 2·tp / (labels + predictions) of the class.
    private double MacroF1(int[] predicted, int[] texts)
    {
        (int[] hits, int[] sizes) = (new int[classes], new int[classes]);
        foreach (int text in texts)
        {
            sizes[actual[text]]++;
            if (predicted[text] != PredictedIds.NoAnswer)
            {
                sizes[predicted[text]]++;
                hits[actual[text]] += predicted[text] == actual[text] ? 1 : 0;
            }
        }

        return Enumerable.Range(0, classes).Where(label => sizes[label] > 0).Average(label => 2.0 * hits[label] / sizes[label]);
    }
}
