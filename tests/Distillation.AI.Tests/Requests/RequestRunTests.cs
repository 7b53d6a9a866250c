using System.Net;
using Polly;
using Polly.Retry;

namespace Distillation.AI.Tests;

/// <summary>Runs of requests: concurrency, limits, ledgers, cancellation and failures.</summary>
public sealed class RequestRunTests : IDisposable
{
    private static readonly ModelPrice Price = new() { InputPerMillionTokens = 2, OutputPerMillionTokens = 10, CachedInputPerMillionTokens = 1 };
    private readonly TemporaryLedger _file = new();
    private readonly ManualTime _time = new(TimeSpan.FromSeconds(100));

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task At_most_the_given_number_of_requests_is_in_flight()
    {
        int running = 0;
        int most = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = Client(async (call, _) =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (now == 3)
            {
                release.TrySetResult();
            }

            await release.Task;
            Interlocked.Decrement(ref running);
        });

        await Labeler(client, new() { MaxConcurrency = 3 }).LabelAsync(Letters.Texts(30));

        most.Should().Be(3);
    }

    [Fact]
    public async Task Answers_of_the_ledger_are_free_and_a_changed_prompt_or_model_is_sent_again()
    {
        using AnswerLedger ledger = _file.Open();
        async Task<long> Sent(TextTask task, string[] texts, ChatRequestOptions? requests = null, string model = "model-1") =>
            (await new ChatLabeler(Client(model: model), task, new() { Requests = requests ?? new() }, ledger).LabelAsync(texts)).Spending.Requests;

        (await Sent(Letters.Task, Letters.Texts(5))).Should().Be(5);
        (await Sent(Letters.Task, Letters.Texts(7))).Should().Be(2);
        (await Sent(Letters.Task with { Description = "Which?" }, Letters.Texts(2))).Should().Be(2);
        (await Sent(Letters.Task with { Examples = [] }, Letters.Texts(2))).Should().Be(2);
        (await Sent(Letters.Task with { Labels = [.. Letters.Task.Labels, new() { Name = "more" }] }, Letters.Texts(2))).Should().Be(2);
        (await Sent(Letters.Task, Letters.Texts(2), model: "model-2")).Should().Be(2);
        (await Sent(Letters.Task, Letters.Texts(2), new() { Chat = new() { MaxOutputTokens = 9 } })).Should().Be(2);
        (await Sent(Letters.Task, Letters.Texts(2), new() { Variant = "2" })).Should().Be(2);
        (await Sent(Letters.Task, Letters.Texts(7))).Should().Be(0);
    }

    [Fact]
    public async Task No_request_begins_at_the_limit_and_the_next_run_goes_on()
    {
        using AnswerLedger ledger = _file.Open();
        ChatLabeler labeler = Labeler(Client(), new() { Limit = new() { Requests = 4 } }, ledger);

        LabeledTexts first = await labeler.LabelAsync(Letters.Texts(10));
        LabeledTexts second = await labeler.LabelAsync(Letters.Texts(10));
        LabeledTexts third = await labeler.LabelAsync(Letters.Texts(10));

        first.Outcome.Should().Be(RunOutcome.StoppedByLimit);
        first.Answered.Should().Equal(0, 1, 2, 3);
        first.Refusals.Should().BeEmpty();
        first.Describe().Should().StartWith("4 of 10 texts labeled, 0 refused, stopped by the limit");
        (second.Answered.Count, third.Answered.Count, third.Spending.Requests).Should().Be((8, 10, 2));
        third.Outcome.Should().Be(RunOutcome.Complete);
    }

    [Theory]
    [InlineData(330, null, 3)]
    [InlineData(331, null, 4)]
    [InlineData(null, 0.00078, 3)]
    public async Task Tokens_and_cost_are_limits(int? tokens, double? cost, int answered)
    {
        var limit = new SpendingLimit { Tokens = tokens, Cost = (decimal?)cost };

        LabeledTexts labeled = await Labeler(Client(), new() { Limit = limit, Price = Price, MaxConcurrency = 1 }).LabelAsync(Letters.Texts(10));

        labeled.Answered.Should().HaveCount(answered);
        labeled.Spending.Cost.Should().Be(answered * 0.00026m);
    }

    [Fact]
    public async Task Limit_on_tokens_cannot_be_kept_without_usage_and_the_answer_is_kept()
    {
        using AnswerLedger ledger = _file.Open();
        ScriptedClient client = new((messages, _) => ScriptedClient.Label("other")) { Usage = null };

        await Labeler(client, new() { Limit = new() { Tokens = 1000 }, MaxConcurrency = 1 }, ledger).Invoking(one => one.LabelAsync(Letters.Texts(5)))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*does not report*");
        ledger.Records.Should().HaveCount(1);
    }

    [Fact]
    public void Limit_on_the_cost_needs_a_price() =>
        FluentActions.Invoking(() => Labeler(Client(), new() { Limit = new() { Cost = 3 } }))
            .Should().Throw<ArgumentException>().WithMessage("*limited to 3*Price*");

    [Fact]
    public async Task Canceled_run_keeps_what_is_in_flight()
    {
        using var cancel = new CancellationTokenSource();
        using AnswerLedger ledger = _file.Open();
        var allBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = Client(async (call, token) =>
        {
            if (call == 3)
            {
                await cancel.CancelAsync();
                allBegun.SetResult();
            }

            await allBegun.Task;
            token.ThrowIfCancellationRequested();
        });

        await Labeler(client, new() { MaxConcurrency = 4 }, ledger).Invoking(one => one.LabelAsync(Letters.Texts(50), cancellationToken: cancel.Token))
            .Should().ThrowAsync<OperationCanceledException>();

        client.Sent.Should().HaveCount(4);
        ledger.Records.Should().HaveCount(4);
    }

    [Fact]
    public async Task Canceled_run_does_not_wait_between_retries()
    {
        using var cancel = new CancellationTokenSource();
        var client = Client((_, _) =>
        {
            cancel.Cancel();
            throw new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests);
        });

        await Labeler(client).Invoking(one => one.LabelAsync(Letters.Texts(5), cancellationToken: cancel.Token))
            .Should().ThrowAsync<OperationCanceledException>();

        client.Sent.Should().HaveCount(1);
        _time.Delays.Should().BeEmpty();
    }

    [Fact]
    public async Task Fatal_failure_stops_after_those_in_flight_are_kept()
    {
        using AnswerLedger ledger = _file.Open();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = Client((call, _) => call == 2 ? throw new HttpRequestException("no", null, HttpStatusCode.Unauthorized) : release.Task);

        Task<LabeledTexts> run = Labeler(client, new() { MaxConcurrency = 3 }, ledger).LabelAsync(Letters.Texts(50));
        run.IsCompleted.Should().BeFalse();
        release.SetResult();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<HttpRequestException>().WithMessage("no");
        ledger.Records.Should().HaveCount(2);
        client.Sent.Should().HaveCount(3);
    }

    [Fact]
    public async Task Failures_in_a_row_stop_the_run_and_single_ones_do_not()
    {
        var mostlyDown = Client((call, _) => call % 4 == 3 ? Task.CompletedTask : throw new HttpRequestException("down"));
        var down = Client((_, _) => throw new HttpRequestException("down"));
        var options = new ChatRequestOptions { MaxConcurrency = 1, MaxRetries = 0, MaxFailuresInARow = 4 };

        LabeledTexts some = await Labeler(mostlyDown, options).LabelAsync(Letters.Texts(12));

        some.Answered.Should().Equal(3, 7, 11);
        some.Refusals.Should().HaveCount(9).And.OnlyContain(refusal => refusal.Reason == "The request failed: down");
        await Labeler(down, options).Invoking(one => one.LabelAsync(Letters.Texts(12))).Should().ThrowAsync<HttpRequestException>();
        down.Sent.Should().HaveCount(4);
    }

    [Fact]
    public async Task Refusals_in_a_row_stop_the_run()
    {
        var client = new ScriptedClient((_, _) => "?");

        await Labeler(client, new() { MaxConcurrency = 1, MaxFailuresInARow = 3, MaxMalformedRetries = 0 }).Invoking(one => one.LabelAsync(Letters.Texts(12)))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("3 requests in a row*not JSON*");
    }

    [Fact]
    public async Task Refusals_of_the_ledger_are_sent_again_only_when_the_option_is_set()
    {
        using AnswerLedger ledger = _file.Open();
        await Labeler(new ScriptedClient((_, _) => "?"), new(), ledger).LabelAsync(["Letter number 1"]);

        LabeledTexts kept = await Labeler(Client(), new(), ledger).LabelAsync(["Letter number 1"]);
        LabeledTexts again = await Labeler(Client(), new() { RetryRefusals = true }, ledger).LabelAsync(["Letter number 1"]);

        (kept.Spending.Requests, kept.Refusals.Count).Should().Be((0, 1));
        (again.Spending.Requests, again.LabelOf(0)).Should().Be((1, "delivery"));
        ledger.Records.Should().HaveCount(2);
    }

    [Fact]
    public async Task Given_pipeline_takes_the_place_of_the_retries()
    {
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = 7,
                Delay = TimeSpan.Zero,
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(),
            })
            .Build();
        var client = Client((call, _) => call < 7 ? throw new HttpRequestException("down") : Task.CompletedTask);

        LabeledTexts labeled = await Labeler(client, new() { Pipeline = pipeline, MaxRetries = 0 }).LabelAsync(["Letter number 1"]);

        labeled.Spending.Retries.Should().Be(7);
        labeled.Answered.Should().HaveCount(1);
    }

    [Fact]
    public async Task Timeout_of_a_given_pipeline_cuts_the_request()
    {
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = _time }
            .AddTimeout(TimeSpan.FromSeconds(9)).Build();
        var client = Client((_, token) => Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, token));

        LabeledTexts labeled = await Labeler(client, new() { Pipeline = pipeline }).LabelAsync(["Letter number 1"]);

        labeled.Refusals.Should().ContainSingle();
        _time.Delays.Should().Equal(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task Progress_counts_to_the_end_and_expects_what_is_left()
    {
        using AnswerLedger ledger = _file.Open();
        await Labeler(Client(), new(), ledger).LabelAsync(Letters.Texts(4));
        var reports = new Reports();

        LabeledTexts labeled = await Labeler(Client(), new() { MaxConcurrency = 1, Price = Price }, ledger).LabelAsync(Letters.Texts(10), reports);

        reports.Select(report => report.Done).Should().Equal(4, 5, 6, 7, 8, 9, 10);
        reports.Should().OnlyContain(report => report.Total == 10 && report.FromLedger == 4);
        reports[0].Expected.Should().BeNull();
        reports.Skip(1).Should().OnlyContain(report => report.Expected == labeled.Spending);
        reports[1].Describe().Should().Be(
            "5 of 10 (4 from the ledger, 0 refused): 1 requests (0 retries), 110 tokens, cost 0.00026; "
            + "expected: 6 requests (0 retries), 660 tokens, cost 0.00156");
    }

    [Fact]
    public async Task Report_that_throws_stops_the_run_and_keeps_its_answers()
    {
        using AnswerLedger ledger = _file.Open();
        var reports = new Reports { Throws = true };

        await Labeler(Client(), new() { MaxConcurrency = 1 }, ledger).Invoking(one => one.LabelAsync(Letters.Texts(10), reports))
            .Should().ThrowAsync<NotSupportedException>();
        ledger.Records.Should().HaveCount(1);
    }

    private static ScriptedClient Client(Func<int, CancellationToken, Task>? before = null, string model = "model-1") =>
        new((messages, _) => ScriptedClient.Label(Letters.LabelOf(messages[1].Text))) { Before = before, Model = model };

    private ChatLabeler Labeler(ScriptedClient client, ChatRequestOptions? requests = null, AnswerLedger? ledger = null) =>
        new(client, Letters.Task, new() { Requests = (requests ?? new()) with { TimeProvider = _time } }, ledger);

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen; seen = target)
        {
        }
    }

    private sealed class Reports : List<LabelingProgress>, IProgress<LabelingProgress>
    {
        public bool Throws { get; init; }

        public void Report(LabelingProgress value)
        {
            Add(value);
            if (Throws && value.Done > 0)
            {
                throw new NotSupportedException();
            }
        }
    }
}
