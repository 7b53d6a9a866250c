using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

/// <summary>A labeling over HTTP that is ended again and again, against a server that fails often.</summary>
public sealed class DisturbedRunTests : IDisposable
{
    private const int Texts = 400;
    private readonly TemporaryLedger _file = new();
    private readonly ManualTime _time = new(TimeSpan.FromSeconds(100));

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Every_answer_is_paid_once_and_the_end_is_that_of_an_undisturbed_run()
    {
        using var server = new ChatServer(Reply);
        var draws = new SeededDraws(7, "ends");
        int ended = 0;
        for (int run = 0; run < 20; run++)
        {
            using var cancel = new CancellationTokenSource();
            using var client = new EndingClient(server.Client(), draws.Below(20), run % 2 == 0 ? cancel : null);
            using (AnswerLedger ledger = _file.Open())
            {
                await Labeler(client, ledger).Awaiting(one => one.LabelAsync(Letters.Texts(Texts), cancellationToken: cancel.Token))
                    .Should().ThrowAsync<Exception>();
            }

            ended++;
            Tear(draws);
        }

        LabeledTexts end;
        using (AnswerLedger ledger = _file.Open())
        {
            end = await Labeler(server.Client(), ledger).LabelAsync(Letters.Texts(Texts));
        }

        using var calm = new ChatServer((text, _) => ServerReply.Label(Letters.LabelOf(text)));
        LabeledTexts undisturbed = await Labeler(calm.Client(), ledger: null).LabelAsync(Letters.Texts(Texts));
        ended.Should().Be(20);
        end.Spending.Requests.Should().BeLessThan(Texts);
        end.ToLabeledTexts().Should().Equal(undisturbed.ToLabeledTexts());
        server.Answered.Should().HaveCount(Texts).And.OnlyContain(one => one.Value == 1);
        server.Bodies.Count.Should().BeGreaterThan(Texts);
    }

    // 5 % of the requests fail and 10 % are too many, by the text and by how often it came.
    private static ServerReply Reply(string text, int call) => new SeededDraws(call, text).Below(100) switch
    {
        < 5 => new() { Status = 500 },
        < 15 => new() { Status = 429, RetryAfter = "2" },
        _ => ServerReply.Label(Letters.LabelOf(text)),
    };

    private ChatLabeler Labeler(IChatClient client, AnswerLedger? ledger) => new(
        client, Letters.Task, new() { Requests = new() { TimeProvider = _time, Failures = ChatServer.Failures, MaxRetries = 12 } }, ledger);

    // What a killed process may leave: the beginning of a line.
    private void Tear(SeededDraws draws)
    {
        byte[] line = File.ReadAllBytes(_file.Path);
        int first = Array.IndexOf(line, (byte)'\n');
        using FileStream file = File.Open(_file.Path, FileMode.Append);
        file.Write(line, 0, draws.Below(Math.Max(1, first)));
    }

    /// <summary>After a number of requests it cancels the run, or fails before it sends.</summary>
    private sealed class EndingClient(IChatClient inner, int requests, CancellationTokenSource? cancel) : DelegatingChatClient(inner)
    {
        private int _left = requests;

        public override Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Decrement(ref _left) < 0)
            {
                cancel?.Cancel();
                if (cancel is null)
                {
                    throw new NotSupportedException("The process ends here.");
                }
            }

            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }
}
