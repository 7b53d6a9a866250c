using Distillation.Losses;
using Distillation.Text.Tests.Pretrained;
using Distillation.Training;

namespace Distillation.Text.Tests.Docs;

/// <summary>The pieces of C# in the page on text.</summary>
public sealed class TextSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TempDirectory _directory = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public TextSnippetTests() => Directory.SetCurrentDirectory(_directory.Path);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        _directory.Dispose();
    }

    [Fact]
    public void Texts_become_a_file_that_classifies()
    {
        LabeledText[] texts = [new("where is my parcel", "delivery"), new("I was charged twice", "billing"), new("the parcel is late", "delivery")];

        using TextStudent student = TextStudent.BagOfTokens(["billing", "delivery"]);
        var trainer = new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 100, Optimizer = new AdamWOptimizer(0.01) });
        trainer.Fit(student.Encode(texts));
        student.Save("model");

        using TextClassifier classifier = TextClassifier.Load("model");
        Console.WriteLine(classifier.Classify("my parcel never came"));

        classifier.Classify("my parcel never came").Label.Should().Be("delivery");
    }

    [Fact]
    public void Data_is_described_and_read_by_length()
    {
        using TextStudent student = TextStudent.BagOfTokens(["billing", "delivery"]);
        File.WriteAllLines("train.jsonl", ["""{"text":"where is my parcel","label":"delivery"}""", """{"text":"charged twice","label":"billing"}"""]);

        TextData data = student.Encode(JsonLines.ReadLabeled("train.jsonl"));
        Console.WriteLine(data.Describe());
        var byLength = new TrainerOptions { Order = SampleOrder.SimilarLengths };

        new SupervisedTrainer(student, new HardLabelLoss(), byLength).Fit(data).Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Spans_are_learned_and_found()
    {
        AnnotatedText[] sentences =
        [
            new("Call Ada Stone before Monday", [new(5, 9, "person"), new(22, 6, "date")]),
            AnnotatedText.FromTags(["Bob", "left", "in", "May"], ["B-person", "O", "O", "B-date"]),
        ];

        using SpanStudent tagger = SpanStudent.Convolution(["person", "date"]);
        var loss = new HardLabelLoss { IgnoredLabel = TextData.IgnoredLabel };
        new SupervisedTrainer(tagger, loss, new TrainerOptions { Epochs = 100, Optimizer = new AdamWOptimizer(0.01) }).Fit(tagger.Encode(sentences));
        tagger.Save("spans");

        using SpanExtractor extractor = SpanExtractor.Load("spans");
        IReadOnlyList<ExtractedSpan>[] found = [.. extractor.Extract([.. sentences.Select(text => text.Text)])];
        Console.WriteLine(SpanReport.Compare(sentences, found).Describe());

        SpanReport.Compare(sentences, found).F1.Should().Be(1);
    }

    [Fact]
    public void Characters_make_a_better_student_of_short_texts()
    {
        var features = new HashedTokenizer(new HashedTokenizerOptions { Buckets = 32_768, MinCharacterNGram = 3, MaxCharacterNGram = 5 });
        using TextStudent characters = TextStudent.BagOfTokens(["billing", "delivery"], features, maxTokens: 1024);

        characters.Encode(["parcels"]).Lengths.Should().Equal(1 + 7 + 6 + 5);
    }

    [Fact]
    public void Pretrained_encoders_teach()
    {
        using var files = new MiniLmFiles();
        File.Copy(files.Vocabulary, "vocab.txt");
        File.Copy(files.Weights, "model.safetensors");
        File.Copy(Path.Combine(Path.GetDirectoryName(files.Weights)!, "config.json"), "config.json");
        File.Copy(files.Onnx, "model.onnx");
        LabeledText[] texts = [new("where is my parcel", "delivery"), new("I was charged twice", "billing"), new("the parcel is late", "delivery")];

        var wordPieces = VocabularyTokenizer.WordPiece("vocab.txt");
        PretrainedEncoder pretrained = BertCheckpoint.Load("model.safetensors");
        using var network = new TransformerTextClassifier(pretrained.Encoder.TakeEveryLayer(2, first: 1), classes: 2);
        using TextStudent transformer = TextStudent.From(network, wordPieces, ["billing", "delivery"]);

        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load("model.onnx", wordPieces);
        using TensorData vectors = TensorData.FromRows(embedder.Embed([.. texts.Select(text => text.Text)]), [1, 0, 1]);

        vectors.Inputs.shape.Should().Equal(3, 384);
        network.Encoder.Options.Layers.Should().Be(3);
        transformer.Encode(texts).Count.Should().Be(3);
    }
}
