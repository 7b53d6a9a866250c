using System.Globalization;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Text;
using Distillation.Training;

namespace Distillation.Benchmarks.Text;

/// <summary>
/// What distillation of a sentence encoder brings to small classifiers of texts with few labels: the same student alone, on the labels, and distilled, on the
/// labels and on the teacher's probabilities of unlabeled texts. The teacher is kernel ridge regression on the encoder's vectors of the labeled texts.
/// </summary>
internal static class TextStudy
{
    private static readonly (string Name, HashedTokenizerOptions Features)[] Students =
    [
        ("words, 4 096 buckets", new()),
        ("words and characters, 32 768 buckets", new() { Buckets = 32_768, MinCharacterNGram = 3, MaxCharacterNGram = 5 }),
    ];

    public static int Run(string[] args)
    {
        if (args.Length is < 1 or > 5)
        {
            Console.Error.WriteLine(
                "Usage: text-study FILE [LABELED_OF_A_CLASS] [UNLABELED] [TEST] [SEEDS], FILE with a JSON object {\"text\", \"label\"} a line");
            return 2;
        }

        int Number(int place, int otherwise) => args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
        (int labeled, int unlabeled, int test, int seeds) = (Number(1, 20), Number(2, 4500), Number(3, 1500), Number(4, 6));
        torch.set_num_threads(1);
        LabeledText[] texts = [.. JsonLines.ReadLabeled(args[0])];
        float[][] vectors = MiniLm.Embed([.. texts.Select(text => text.Text)]);
        var accuracies = new Dictionary<string, List<double>>();
        for (int seed = 0; seed < seeds; seed++)
        {
            foreach ((string name, double accuracy) in Draw(texts, vectors, labeled, unlabeled, test, seed))
            {
                (accuracies.TryGetValue(name, out List<double>? all) ? all : accuracies[name] = []).Add(accuracy);
            }
        }

        foreach ((string name, List<double> all) in accuracies)
        {
            double mean = all.Average();
            double deviation = Math.Sqrt(all.Sum(one => (one - mean) * (one - mean)) / Math.Max(1, all.Count - 1));
            Console.WriteLine(FormattableString.Invariant($"{name,-55} {mean:P1} ± {deviation:P1}"));
        }

        return 0;
    }

    private static IEnumerable<(string Name, double Accuracy)> Draw(
        LabeledText[] texts, float[][] vectors, int labeledOfClass, int unlabeledCount, int testCount, int seed)
    {
        string[] labels = [.. texts.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal)];
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        new Random(seed).Shuffle(order);
        int[] test = order[..testCount];
        int[] labeled = [.. labels.SelectMany(label => order.Skip(testCount).Where(text => texts[text].Label == label).Take(labeledOfClass))];
        int[] unlabeled = [.. order.Skip(testCount).Except(labeled).Take(unlabeledCount)];
        long[] Ids(int[] numbers) => [.. numbers.Select(text => (long)Array.IndexOf(labels, texts[text].Label))];
        float[][] Vectors(int[] numbers) => [.. numbers.Select(text => vectors[text])];

        using var teacher = new EmbeddingRidge(Vectors(labeled), Ids(labeled), labels.Length, seed);
        yield return (
            "teacher", teacher.Probabilities(Vectors(test)).Zip(Ids(test)).Average(one => Array.IndexOf(one.First, one.First.Max()) == one.Second ? 1 : 0));
        IEnumerable<float[]> certain = Ids(labeled).Select(id => labels.Select((_, label) => label == id ? 1f : 0f).ToArray());
        float[][] taught = [.. certain, .. teacher.Probabilities(Vectors(unlabeled))];
        foreach ((string name, HashedTokenizerOptions features) in Students)
        {
            yield return ($"{name}, alone", Accuracy(student => student.Encode(labeled.Select(text => texts[text]))));
            yield return ($"{name}, distilled", Accuracy(student => student.Encode([.. labeled.Concat(unlabeled).Select(text => texts[text].Text)], taught)));

            double Accuracy(Func<TextStudent, TextData> train)
            {
                torch.manual_seed(seed);
                using TextStudent student = TextStudent.BagOfTokens(labels, new HashedTokenizer(features), maxTokens: 1024);
                new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Seed = seed, Steps = 1500, Optimizer = new AdamWOptimizer(2e-3) })
                    .Fit(train(student));
                return Evaluator.Evaluate(student, student.Encode(test.Select(text => texts[text]))).Accuracy;
            }
        }
    }
}
