using System.ClientModel;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Distillation.AI.Tests;

/// <summary>A labeler against a server over HTTP, through the OpenAI library.</summary>
public sealed class HttpTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(77);
    private readonly TemporaryLedger _file = new();
    private readonly ManualTime _time = new(Timeout);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Labels_and_usage_come_over_http_and_the_request_has_the_schema()
    {
        using var server = new ChatServer((text, _) => ServerReply.Label(Letters.LabelOf(text)));
        using AnswerLedger ledger = _file.Open();

        LabeledTexts labeled = await Labeler(server, ledger).LabelAsync(Letters.Texts(6));

        labeled.ToLabeledTexts().Should().OnlyContain(text => text.Label == Letters.LabelOf(text.Text));
        labeled.Spending.Tokens.Should().Be(new TokenUsage { Input = 300, Output = 36, CachedInput = 120, Reasoning = 12 });
        using JsonDocument body = JsonDocument.Parse(server.Bodies.First());
        body.RootElement.GetProperty("model").GetString().Should().Be("model-1");
        body.RootElement.GetProperty("temperature").GetDouble().Should().Be(0);
        body.RootElement.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema").GetProperty("properties")
            .GetProperty("label").GetProperty("enum").GetArrayLength().Should().Be(3);
    }

    [Fact]
    public async Task Key_of_the_service_is_not_in_the_ledger()
    {
        using var server = new ChatServer((text, _) => ServerReply.Label(Letters.LabelOf(text)));
        using (AnswerLedger ledger = _file.Open())
        {
            await Labeler(server, ledger).LabelAsync(Letters.Texts(3));
        }

        _file.Text.Should().Contain("Letter number 2").And.NotContain(ChatServer.ApiKey).And.NotContainEquivalentOf("authorization");
    }

    [Fact]
    public async Task Log_probabilities_of_the_first_token_of_the_label_become_probabilities()
    {
        using var server = new ChatServer((_, _) => ServerReply.Label("delivery") with
        {
            LogProbabilities = Tokens(
                ("{\"", []), ("label", []), ("\": \"", []), ("del", [("del", 0.7), ("b", 0.2), ("sales", 0.02)]), ("ivery", []), ("\"}", [])),
        });
        var options = new ChatLabelerOptions
        {
            Requests = new() { Chat = OpenAILogProbabilities.Requested },
            Probabilities = new TokenLogProbabilities { Reader = response => OpenAILogProbabilities.Read(response, ["billing", "delivery", "other"]) },
        };

        LabeledTexts labeled = await new ChatLabeler(server.Client(), Letters.Task, options).LabelAsync(["one"]);

        labeled.Distributions[0].Should().Equal([0.2, 0.7, 0.1], (one, other) => Math.Abs(one - other) < 1e-6);
        server.Bodies.Single().Should().Contain("\"logprobs\":true");
    }

    [Fact]
    public async Task Too_many_requests_are_sent_again_after_the_time_that_the_server_gives()
    {
        using var server = new ChatServer((text, call) => call < 2 ? new() { Status = 429, RetryAfter = "170" } : ServerReply.Label("other"));

        LabeledTexts labeled = await Labeler(server).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("other");
        _time.Delays.Should().Equal(TimeSpan.FromSeconds(170), TimeSpan.FromSeconds(170));
        labeled.Spending.Should().BeEquivalentTo(new { Requests = 3, Retries = 2, Tokens = new { Total = 56 } });
    }

    [Fact]
    public async Task Errors_of_the_server_are_sent_again_after_growing_delays_without_knowing_the_library()
    {
        using var server = new ChatServer((text, call) => call < 4 ? new() { Status = 500 + call } : ServerReply.Label("other"));
        ChatLabelerOptions options = Options() with { Requests = Options().Requests with { Failures = null } };

        LabeledTexts labeled = await new ChatLabeler(server.Client(), Letters.Task, options).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("other");
        _time.Delays.Should().HaveCount(4);
        _time.Delays[3].Should().BeGreaterThan(_time.Delays[0]);
    }

    [Fact]
    public async Task Cut_connection_is_tried_again()
    {
        using var server = new ChatServer((text, call) => ServerReply.Label("other") with { Cut = call < 2 });

        LabeledTexts labeled = await Labeler(server).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("other");
        labeled.Spending.Retries.Should().Be(2);
    }

    [Fact]
    public async Task Slow_answer_is_given_up_at_the_timeout_and_tried_again()
    {
        using var server = new ChatServer((text, call) => call == 0 ? new() { Held = true } : ServerReply.Label("other"));
        server.OnHeld = _time.TimeOut;

        LabeledTexts labeled = await Labeler(server).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("other");
        labeled.Spending.Retries.Should().Be(1);
    }

    [Fact]
    public async Task Malformed_answer_is_sent_back_in_the_conversation()
    {
        using var server = new ChatServer((text, _) => text == "one" ? new() { Content = "It is other." } : ServerReply.Label("other"));

        LabeledTexts labeled = await Labeler(server).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("other");
        using JsonDocument second = JsonDocument.Parse(server.Bodies.Last());
        second.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString())
            .Should().Equal("system", "user", "assistant", "user");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    public async Task Wrong_key_or_address_stops_at_once(int status)
    {
        using var server = new ChatServer((_, _) => new() { Status = status });

        await Labeler(server).Invoking(one => one.LabelAsync(Letters.Texts(100))).Should().ThrowAsync<ClientResultException>();

        server.Bodies.Should().HaveCountLessThanOrEqualTo(8);
        _time.Delays.Should().BeEmpty();
    }

    [Fact]
    public async Task Rejected_text_is_left_out_and_sent_again_by_the_next_run()
    {
        using var server = new ChatServer((text, call) => text.EndsWith(" 3", StringComparison.Ordinal) && call == 0
            ? new() { Status = 400 }
            : ServerReply.Label(Letters.LabelOf(text)));
        using AnswerLedger ledger = _file.Open();
        ChatLabeler labeler = Labeler(server, ledger);

        LabeledTexts first = await labeler.LabelAsync(Letters.Texts(6));
        LabeledTexts second = await labeler.LabelAsync(Letters.Texts(6));

        first.Refusals.Should().ContainSingle().Which.Should().Match<LabelRefusal>(one => one.Index == 3 && one.Reason.Contains("400"));
        first.Answered.Should().Equal(0, 1, 2, 4, 5);
        second.Answered.Should().HaveCount(6);
        second.Spending.Requests.Should().Be(1);
    }

    private ChatLabeler Labeler(ChatServer server, AnswerLedger? ledger = null) => new(server.Client(), Letters.Task, Options(), ledger);

    private ChatLabelerOptions Options() => new()
    {
        Requests = new() { TimeProvider = _time, RequestTimeout = Timeout, Failures = ChatServer.Failures },
    };

    private static JsonObject Tokens(params (string Token, (string Token, double Probability)[] Top)[] tokens) => new()
    {
        ["content"] = new JsonArray([.. tokens.Select(token => One(token.Token, 1, token.Top))]),
    };

    private static JsonNode One(string token, double probability, (string Token, double Probability)[] top) => new JsonObject
    {
        ["token"] = token,
        ["logprob"] = Math.Log(probability),
        ["bytes"] = null,
        ["top_logprobs"] = new JsonArray([.. top.Select(one => One(one.Token, one.Probability, []))]),
    };
}
