namespace Distillation.SmallData;

/// <summary>
/// By how much the gain of the best candidate is too large because it is the best: bootstrap bias correction of cross-validation (Tsamardinos, Greasidou and
/// Borboudakis, 2018).
/// </summary>
/// <remarks>
/// In each draw of samples with replacement, the best plain original and the best other candidate are chosen by the samples that were drawn, and the gain of
/// one over the other is measured on them and on those that were not. The mean difference of both gains is the bias. No model is trained again. Of candidates
/// that are alike the bias comes out a little too large, and the corrected gain too small.
/// </remarks>
internal static class SelectionBias
{
    private const int Resamples = 500;

    /// <summary>Estimates the bias.</summary>
    /// <param name="criterion">For each candidate, by sample, what it is chosen by; less is better.</param>
    /// <param name="isPlain">Whether each candidate is a plain original.</param>
    /// <param name="measures">What is gained: for each measure, for each candidate, by sample; less is better.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The bias of each measure.</returns>
    public static double[] Of(IReadOnlyList<double[]> criterion, IReadOnlyList<bool> isPlain, IReadOnlyList<IReadOnlyList<double[]>> measures, int seed)
    {
        int samples = criterion[0].Length;
        int[] plain = [.. Enumerable.Range(0, criterion.Count).Where(i => isPlain[i])];
        int[] others = [.. Enumerable.Range(0, criterion.Count).Where(i => !isPlain[i])];
        var biases = new double[measures.Count];
        var draws = new BootstrapDraws(samples, seed);
        int used = 0;
        for (int resample = 0; resample < Resamples; resample++)
        {
            int[] counts = draws.Next();
            if (counts.All(count => count > 0))
            {
                continue;
            }

            int before = plain.MinBy(i => Mean(criterion[i], counts));
            int after = others.MinBy(i => Mean(criterion[i], counts));
            for (int measure = 0; measure < biases.Length; measure++)
            {
                (double[] one, double[] other) = (measures[measure][before], measures[measure][after]);
                biases[measure] += Mean(one, counts) - Mean(other, counts) - (MeanOfOthers(one, counts) - MeanOfOthers(other, counts));
            }

            used++;
        }

        return [.. biases.Select(bias => bias / Math.Max(1, used))];
    }

    private static double Mean(double[] values, int[] counts)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += counts[i] * values[i];
        }

        return sum / values.Length;
    }

    private static double MeanOfOthers(double[] values, int[] counts)
    {
        (double sum, int number) = (0, 0);
        for (int i = 0; i < values.Length; i++)
        {
            if (counts[i] == 0)
            {
                sum += values[i];
                number++;
            }
        }

        return sum / number;
    }
}
