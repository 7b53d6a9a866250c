using System.IO.Compression;
using Distillation.AI;
using Distillation.Text;
using GlossClassifier;
using Microsoft.Extensions.AI;

namespace Distillation.Benchmarks.Text;

/// <summary>
/// Records the answers of the teacher for the sample TextClassifier: kernel ridge regression on MiniLM, behind the interface of a chat client.
/// </summary>
internal static class RecordTeacher
{
    public static async Task<int> Run(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine("Usage: text-record FILE.gz");
            return 2;
        }

        torch.set_num_threads(1);
        LabeledText[] labeled = Glosses.Labeled;
        string[] texts = [.. Glosses.Unlabeled, .. Glosses.Test.Select(text => text.Text)];
        float[][] vectors = MiniLm.Embed([.. labeled.Select(text => text.Text), .. texts]);
        string[] labels = [.. GlossTask.Task.Names];
        using var teacher = new EmbeddingRidge(
            vectors[..labeled.Length], [.. labeled.Select(text => (long)Array.IndexOf(labels, text.Label))], labels.Length, seed: 0);
        Dictionary<string, float[]> answers = texts.Zip(teacher.Probabilities(vectors[labeled.Length..])).ToDictionary(one => one.First, one => one.Second);

        string path = Path.GetTempFileName();
        using var client = new Client(answers, labels);
        using (var ledger = new AnswerLedger(path, new AnswerLedgerOptions { KeepTexts = false }))
        {
            Console.WriteLine((await new ChatLabeler(client, GlossTask.Task, GlossTask.RecordedOptions, ledger).LabelAsync(texts)).Describe());
        }

        using FileStream file = File.Create(args[0]);
        using var packed = new GZipStream(file, CompressionLevel.SmallestSize);
        packed.Write(File.ReadAllBytes(path));
        File.Delete(path);
        return 0;
    }

    private sealed class Client(Dictionary<string, float[]> answers, string[] labels) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            float[] probabilities = answers[messages.Last().Text];
            string label = labels[Array.IndexOf(probabilities, probabilities.Max())];

            // Four digits are enough to learn from, and make the file small.
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, $$"""{"label":"{{label}}"}"""))
            {
                RawRepresentation = labels.Zip(probabilities).ToDictionary(one => one.First, one => Math.Log(Math.Round(Math.Max(one.Second, 5e-5), 4))),
            });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
