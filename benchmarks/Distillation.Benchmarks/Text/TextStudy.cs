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

    /// <summary>Compares students of hashed words, alone and distilled.</summary>
    public static int Run(string[] args) => Run(args, HashedStudents);

    /// <summary>Measures a student of three of MiniLM's layers that learns from its layers, too.</summary>
    public static int RunEncoder(string[] args)
    {
        using var files = new Distillation.Text.Tests.Pretrained.MiniLmFiles();
        return Run(args, draw => [("three layers of MiniLM, distilled", EncoderStudent(draw, files))]);
    }

    private static int Run(string[] args, Func<TextDraw, IEnumerable<(string Name, double Accuracy)>> measure)
    {
        if (TextStudyArguments.Parse(args) is not { } arguments)
        {
            return 2;
        }

        torch.set_num_threads(1);
        LabeledText[] texts = [.. JsonLines.ReadLabeled(arguments.File)];
        float[][] vectors = MiniLm.Embed([.. texts.Select(text => text.Text)]);
        var accuracies = new Dictionary<string, List<double>>();
        for (int seed = 0; seed < arguments.Seeds; seed++)
        {
            var draw = new TextDraw(texts, vectors, arguments, seed);
            foreach ((string name, double accuracy) in measure(draw).Prepend(("teacher", draw.TeacherAccuracy)))
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

    private static IEnumerable<(string Name, double Accuracy)> HashedStudents(TextDraw draw)
    {
        foreach ((string name, HashedTokenizerOptions features) in Students)
        {
            yield return ($"{name}, alone", Accuracy(student => student.Encode(draw.Labeled)));
            yield return ($"{name}, distilled", Accuracy(student => student.Encode(draw.Texts, draw.Probabilities)));

            double Accuracy(Func<TextStudent, TextData> train)
            {
                torch.manual_seed(draw.Seed);
                using TextStudent student = TextStudent.BagOfTokens(draw.Labels, new HashedTokenizer(features), maxTokens: 1024);
                var options = new TrainerOptions { Seed = draw.Seed, Steps = 1500, Optimizer = new AdamWOptimizer(2e-3) };
                new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(train(student));
                return Evaluator.Evaluate(student, student.Encode(draw.Test)).Accuracy;
            }
        }
    }

    private static double EncoderStudent(TextDraw draw, Distillation.Text.Tests.Pretrained.MiniLmFiles files)
    {
        torch.manual_seed(draw.Seed);
        using TransformerTextEncoder whole = BertCheckpoint.Load(files.Weights).Encoder;
        using var network = new TransformerTextClassifier(whole.TakeEveryLayer(2, first: 1), draw.Labels.Length);
        using TextStudent student = TextStudent.From(network, files.Tokenizer, draw.Labels, maxTokens: 64);
        using ITeacher teacher = Teacher.From(whole);
        LossSum loss = new HardLabelLoss()
            + (0.1 * new HiddenStateMseLoss(LayerMapping.Uniform("encoder.layers.{0}", "layers.{0}", studentLayers: 3, teacherLayers: 6)))
            + (0.1 * new ValueRelationLoss("encoder.layers.2.attention.value_heads", "layers.5.attention.value_heads"));
        var options = new TrainerOptions
        {
            Seed = draw.Seed,
            Epochs = 3,
            BatchSize = 32,
            Order = SampleOrder.SimilarLengths,
            Optimizer = new AdamWOptimizer(1e-4),
        };
        new DistillationTrainer(teacher, student, loss, options).Fit(student.Encode(draw.Texts, draw.Probabilities));
        return Evaluator.Evaluate(student, student.Encode(draw.Test)).Accuracy;
    }
}
