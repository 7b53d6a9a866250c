using System.Text.RegularExpressions;
using Distillation.Losses;
using Distillation.Text;
using Distillation.Training;
using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests.Docs;

/// <summary>The pieces of C# in the page on language models.</summary>
public sealed class LanguageModelSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-ai-");
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public LanguageModelSnippetTests() => Directory.SetCurrentDirectory(_directory.FullName);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Texts_become_a_student_a_verdict_and_a_cascade()
    {
        using IChatClient client = new WordClient();
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"parcel {i} is late" : $"charged twice on day {i}")];
        foreach (string file in new[] { "held-out.jsonl", "test.jsonl" })
        {
            File.WriteAllLines(file, Enumerable.Range(0, 500).Select(i => i % 2 == 0
                ? $$"""{"text":"late parcel {{i}}","label":"delivery"}"""
                : $$"""{"text":"charged {{i}}","label":"billing"}"""));
        }

        var task = new TextTask { Description = "What is the message about?", Labels = [new() { Name = "billing" }, new() { Name = "delivery" }] };
        using var ledger = new AnswerLedger("answers.jsonl");
        LabeledTexts labels = await new ChatLabeler(client, task, ledger: ledger).LabelAsync(texts);
        Console.WriteLine(labels.Describe());

        using TextStudent student = TextStudent.BagOfTokens(task.Names);
        var options = new TrainerOptions { Steps = 1000, Optimizer = new AdamWOptimizer(0.002) };
        new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(student.Encode(labels));
        student.Save("model");

        using TextClassifier classifier = TextClassifier.Load("model");

        LabeledText[] heldOut = [.. JsonLines.ReadLabeled("held-out.jsonl")], tested = [.. JsonLines.ReadLabeled("test.jsonl")];
        string[] testTexts = [.. tested.Select(text => text.Text)], humanLabels = [.. tested.Select(text => text.Label)];
        LabeledTexts answered = await new ChatLabeler(client, task, ledger: ledger).LabelAsync(testTexts);
        string?[] answers = [.. testTexts.Select((_, index) => answered.LabelOf(index))];

        var threshold = ConformalThreshold.FitClassifier(classifier, heldOut, new ConformalThresholdOptions { Risk = 0.05 });
        LabelingVerdict verdict = LabelingVerdict.Compare(
            humanLabels,
            task.Names,
            [
                LabelingSystem.FromLabels("model", LabelingRole.LanguageModel, answers) with { CostPerMillion = 120 },
                LabelingSystem.FromPredictions("student", LabelingRole.DistilledStudent, classifier.Classify(testTexts)),
            ],
            new LabelingVerdictOptions { Threshold = threshold.Threshold, Margin = 0.02 });
        Console.WriteLine(verdict.Describe());

        using var cascade = new CascadeChatClient(client, classifier, threshold.Threshold);
        ChatResponse response = await cascade.GetResponseAsync("my parcel is late");
        IReadOnlyList<PassedOnText> forTheNextTraining = cascade.PassedOn.Drain();

        verdict.Decision.Should().Be(LabelingDecision.ReplaceLanguageModel);
        response.Text.Should().Contain("delivery");
        forTheNextTraining.Should().BeEmpty();
    }

    [Fact]
    public void Requests_have_prices_limits_and_redaction()
    {
        var labeling = new ChatLabelerOptions
        {
            Requests = new ChatRequestOptions
            {
                MaxConcurrency = 8,
                Price = new ModelPrice { InputPerMillionTokens = 0.15m, OutputPerMillionTokens = 0.60m },
                Limit = new SpendingLimit { Cost = 5 },
                Redact = text => Regex.Replace(text, @"\S+@\S+", "[email]"),
            },
        };

        labeling.Requests.Redact!("from a@b.c").Should().Be("from [email]");
    }

    [Fact]
    public async Task Embeddings_become_data()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = new LengthGenerator();
        string[] texts = ["one", "three"];

        using EmbeddingCache cache = EmbeddingCache.Open("vectors.bin");
        TextEmbeddings embeddings = await generator.EmbedAsync(texts, new EmbeddingOptions { Cache = cache });
        using TensorData vectors = embeddings.ToData([0, 1]);

        vectors.Inputs.data<float>().ToArray().Should().Equal(3, 5);
    }

    private sealed class WordClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(
                ChatRole.Assistant,
                messages.Last().Text.Contains("parcel", StringComparison.Ordinal) ? """{"label":"delivery"}""" : """{"label":"billing"}""")));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("test", defaultModelId: "words") : null;

        public void Dispose()
        {
        }
    }

    private sealed class LengthGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(value => new Embedding<float>(new float[] { value.Length }))));

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", defaultModelId: "lengths") : null;

        public void Dispose()
        {
        }
    }
}
