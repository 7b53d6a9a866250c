using Distillation.AI;
using Distillation.Data;
using Distillation.Text;

namespace Distillation.Benchmarks.Text;

/// <summary>
/// How often a cascade keeps the risk that was chosen for it: the threshold is fitted to one half of labeled texts, and the answers of a saved student above it
/// are counted on the other half.
/// </summary>
internal static class CascadeRisk
{
    private const int Splits = 20;

    public static int Run(string[] args)
    {
        if (args is not [string directory, string file])
        {
            Console.Error.WriteLine("Arguments: DIRECTORY FILE, DIRECTORY with a saved student, FILE with a JSON object {\"text\", \"label\"} a line");
            return 2;
        }

        LabeledText[] texts = [.. JsonLines.ReadLabeled(file)];
        using TextClassifier student = TextClassifier.Load(directory);
        IReadOnlyList<TextPrediction> predictions = student.Classify([.. texts.Select(text => text.Text)]);
        foreach (double risk in new[] { 0.05, 0.1, 0.15 })
        {
            var shares = new List<double>();
            int kept = 0;
            for (int seed = 0; seed < Splits; seed++)
            {
                Fold halves = Split.Random(texts.Length, trainShare: 0.5, seed);
                var threshold = ConformalThreshold.FitPredictions(
                    [.. halves.Train.Select(text => predictions[(int)text])],
                    [.. halves.Train.Select(text => texts[text].Label)],
                    new ConformalThresholdOptions { Risk = risk });
                long[] answered = [.. halves.HeldOut.Where(text => threshold.Accepts(predictions[(int)text]))];
                int errors = answered.Count(text => predictions[(int)text].Label != texts[text].Label);
                kept += errors <= risk * answered.Length ? 1 : 0;
                shares.Add((double)answered.Length / halves.HeldOut.Count);
            }

            Console.WriteLine(FormattableString.Invariant(
                $"risk {risk:P0}: kept in {kept} of {Splits} splits; answered {shares.Average():P1} (from {shares.Min():P1} to {shares.Max():P1})"));
        }

        return 0;
    }
}
