using System.Diagnostics;
using Distillation.Text;

namespace Distillation.Benchmarks.Text;

/// <summary>How many texts a second a saved student classifies on one thread, tokenizer included.</summary>
internal static class TextSpeed
{
    private const int Count = 100_000;

    public static int Run(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine("Usage: text-speed FILE, with a JSON object {\"text\"} a line");
            return 2;
        }

        torch.set_num_threads(1);
        string[] some = [.. JsonLines.ReadTexts(args[0])];
        string[] texts = [.. Enumerable.Range(0, Count).Select(number => some[number % some.Length])];
        string[] labels = [.. Enumerable.Range(0, 10).Select(label => $"label {label}")];
        Measure("bag of words, 4 096 buckets", TextStudent.BagOfTokens(labels), texts);
        Measure(
            "bag of words and characters, 32 768 buckets",
            TextStudent.BagOfTokens(labels, new HashedTokenizer(new HashedTokenizerOptions { Buckets = 32_768, MinCharacterNGram = 3, MaxCharacterNGram = 5 })),
            texts);
        Measure("convolution over words", TextStudent.Convolution(labels), texts);
        var encoder = new TransformerEncoderOptions { VocabularySize = 4097, Layers = 3, HiddenSize = 384, Heads = 12, FeedForwardSize = 1536 };
        using var transformer = new TransformerTextClassifier(encoder, labels.Length);
        Measure("Transformer encoder of 3 layers of 384", TextStudent.From(transformer, new HashedTokenizer(), labels), [.. texts.Take(Count / 50)]);
        return 0;
    }

    private static void Measure(string name, TextStudent student, string[] texts)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("distillation-text-");
        try
        {
            using (student)
            {
                student.Save(directory.FullName);
            }

            using TextClassifier classifier = TextClassifier.Load(directory.FullName);
            classifier.Classify([.. texts.Take(texts.Length / 10)]);
            double[] rates = [.. Enumerable.Range(0, 5).Select(_ =>
            {
                var watch = Stopwatch.StartNew();
                classifier.Classify(texts);
                return texts.Length / watch.Elapsed.TotalSeconds;
            }).Order()];
            Console.WriteLine(FormattableString.Invariant($"{name,-50} {rates[2]:N0} texts a second ({rates[0]:N0} to {rates[^1]:N0})"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
