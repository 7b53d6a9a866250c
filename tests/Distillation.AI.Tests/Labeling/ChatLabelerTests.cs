using System.Text.Json;
using Distillation.Text;
using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

public sealed class ChatLabelerTests : IDisposable
{
    private readonly TemporaryLedger _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Each_text_has_the_label_of_its_answer()
    {
        string[] texts = Letters.Texts(10);

        LabeledTexts labeled = await new ChatLabeler(ScriptedClient.Labeling(Letters.LabelOf), Letters.Task).LabelAsync(texts);

        labeled.ToLabeledTexts().Should().Equal(texts.Select(text => new LabeledText(text, Letters.LabelOf(text))));
        labeled.Probabilities.Should().HaveCount(10).And.OnlyContain(row => row.Length == 3 && row.Sum() == 1 && row.Max() == 1);
        labeled.Outcome.Should().Be(RunOutcome.Complete);
        labeled.Spending.Should().Be(new Spending
        {
            Requests = 10,
            Tokens = new() { Input = 1000, Output = 100, CachedInput = 400, Reasoning = 30 },
        });
    }

    [Fact]
    public async Task Prompt_has_the_description_the_labels_and_the_examples_and_the_user_sends_the_text_alone()
    {
        ScriptedClient client = ScriptedClient.Labeling(_ => "other");

        await new ChatLabeler(client, Letters.Task).LabelAsync(["Where is it?"]);

        IReadOnlyList<ChatMessage> sent = client.Sent.Single();
        sent.Select(message => message.Role).Should().Equal(ChatRole.System, ChatRole.User);
        sent[0].Text.Should().ContainAll(Letters.Task.Description, "- billing: Invoices and payments.", "- delivery\n", "My invoice is wrong.");
        sent[1].Text.Should().Be("Where is it?");
        client.Options[0].Temperature.Should().Be(0);
        JsonElement schema = client.Options[0].ResponseFormat.Should().BeOfType<ChatResponseFormatJson>().Which.Schema!.Value;
        schema.GetProperty("properties").GetProperty("label").GetProperty("enum").EnumerateArray().Select(name => name.GetString())
            .Should().Equal("billing", "delivery", "other");
    }

    [Theory]
    [InlineData("{\"label\": \"delivery\"}")]
    [InlineData(" {\"label\": \" Delivery \", \"why\": 3}\n")]
    [InlineData("```json\n{\"label\": \"DELIVERY\"}\n```")]
    [InlineData("```\n{\"label\": \"delivery\"}```")]
    public async Task Answer_is_bound_to_a_label_ignoring_case_spaces_and_fences(string answer)
    {
        LabeledTexts labeled = await new ChatLabeler(new ScriptedClient((_, _) => answer), Letters.Task).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("delivery");
    }

    [Theory]
    [InlineData("delivery", "*not JSON*")]
    [InlineData("\"delivery\"", "*no text 'label'*")]
    [InlineData("{\"label\": 1}", "*no text 'label'*")]
    [InlineData("{\"label\": \"sales\"}", "*'sales', which is not one of billing, delivery, other*")]
    [InlineData("", "*not JSON*")]
    public async Task Malformed_answer_is_sent_back_with_a_reminder_and_then_refused(string answer, string reason)
    {
        var client = new ScriptedClient((_, _) => answer);
        using AnswerLedger ledger = _file.Open();

        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task, ledger: ledger).LabelAsync(["one"]);

        labeled.Distributions.Should().Equal([null]);
        labeled.Refusals.Single().Reason.Should().Match(reason);
        labeled.Spending.Should().BeEquivalentTo(new { Requests = 3, Retries = 2, Tokens = new { Total = 330 } });
        client.Sent.Select(messages => messages.Count).Should().Equal(2, 4, 6);
        client.Sent[1][3].Text.Should().Contain("billing, delivery, other");
        ledger.Records.Single().Should().BeEquivalentTo(new { Outcome = AnswerOutcome.Refused, Attempts = 3, Usage = new { Total = 330 } });
    }

    [Fact]
    public async Task Reminder_that_helps_is_an_answer()
    {
        var client = new ScriptedClient((messages, _) => messages.Count == 2 ? "I think it is delivery." : ScriptedClient.Label("delivery"));

        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task).LabelAsync(["one"]);

        labeled.LabelOf(0).Should().Be("delivery");
        labeled.Refusals.Should().BeEmpty();
    }

    [Fact]
    public async Task Votes_are_shares_with_smoothing_and_each_sample_is_paid_once()
    {
        using AnswerLedger ledger = _file.Open();
        int next = -1;
        var client = new ScriptedClient((_, _) => ScriptedClient.Label(Interlocked.Increment(ref next) < 3 ? "billing" : "other"));
        var options = new ChatLabelerOptions { Probabilities = new VoteShares { Samples = 4, Smoothing = 0.5, Temperature = 0.7f } };
        var labeler = new ChatLabeler(client, Letters.Task, options, ledger);

        LabeledTexts labeled = await labeler.LabelAsync(["one"]);
        LabeledTexts again = await labeler.LabelAsync(["one"]);

        labeled.Distributions[0].Should().Equal(3.5 / 5.5, 0.5 / 5.5, 1.5 / 5.5);
        again.Distributions[0].Should().Equal(labeled.Distributions[0]);
        again.Spending.Requests.Should().Be(0);
        client.Options.Should().HaveCount(4).And.OnlyContain(sent => sent.Temperature == 0.7f);
        ledger.Records.Select(record => record.Key).Distinct().Should().HaveCount(4);
    }

    [Fact]
    public async Task Votes_have_seeds_of_their_own()
    {
        var client = ScriptedClient.Labeling(_ => "other");
        var options = new ChatLabelerOptions
        {
            Probabilities = new VoteShares { Samples = 3 },
            Requests = new() { Chat = new() { Seed = 10 } },
        };

        await new ChatLabeler(client, Letters.Task, options).LabelAsync(["one"]);

        client.Options.Select(sent => sent.Seed).Should().BeEquivalentTo([10L, 11L, 12L]);
    }

    [Fact]
    public async Task Stated_confidence_leaves_the_rest_to_the_other_labels()
    {
        var options = new ChatLabelerOptions { Probabilities = new StatedConfidence() };
        var client = new ScriptedClient((messages, _) => $$"""{"label": "other", "confidence": {{messages[1].Text}}}""");

        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task, options).LabelAsync(["0.8", "1", "0.1", "1.5"]);

        labeled.Distributions[0].Should().Equal([0.1, 0.1, 0.8], (one, other) => Math.Abs(one - other) < 1e-12);
        labeled.Distributions[1].Should().Equal(0, 0, 1);
        labeled.Distributions[2].Should().Equal([1 / 3.0, 1 / 3.0, 1 / 3.0], (one, other) => Math.Abs(one - other) < 1e-12);
        labeled.Refusals.Should().ContainSingle().Which.Reason.Should().Contain("no confidence in [0, 1]");
    }

    [Fact]
    public async Task Log_probabilities_are_normalized_and_labels_without_one_share_the_rest()
    {
        var read = new Dictionary<string, double> { ["billing"] = Math.Log(0.6), ["Delivery"] = Math.Log(0.3) };
        var options = new ChatLabelerOptions { Probabilities = new TokenLogProbabilities { Reader = _ => read } };

        LabeledTexts labeled = await new ChatLabeler(ScriptedClient.Labeling(_ => "billing"), Letters.Task, options).LabelAsync(["one"]);

        labeled.Distributions[0].Should().Equal([0.6, 0.3, 0.1], (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public async Task Response_without_log_probabilities_is_malformed()
    {
        var options = new ChatLabelerOptions { Probabilities = new TokenLogProbabilities { Reader = _ => null } };

        LabeledTexts labeled = await new ChatLabeler(ScriptedClient.Labeling(_ => "billing"), Letters.Task, options).LabelAsync(["one"]);

        labeled.Refusals.Single().Reason.Should().Contain("no log-probabilities");
    }

    [Fact]
    public async Task Redacted_words_reach_neither_the_client_nor_the_ledger()
    {
        TextTask task = Letters.Task with { Description = "Letters to Smith", Examples = [new("Smith owes me.", "billing")] };
        ScriptedClient client = ScriptedClient.Labeling(_ => "other");
        var options = new ChatLabelerOptions { Requests = new() { Redact = text => text.Replace("Smith", "[name]", StringComparison.Ordinal) } };
        LabeledTexts labeled;
        using (AnswerLedger ledger = _file.Open())
        {
            labeled = await new ChatLabeler(client, task, options, ledger).LabelAsync(["I am Smith"]);
        }

        client.Sent.SelectMany(messages => messages).Should().NotContain(message => message.Text.Contains("Smith", StringComparison.Ordinal));
        client.Sent[0][1].Text.Should().Be("I am [name]");
        _file.Text.Should().NotContain("Smith").And.Contain("I am [name]");
        labeled.Texts.Should().Equal("I am Smith");
    }

    [Fact]
    public async Task Equal_texts_are_sent_once()
    {
        ScriptedClient client = ScriptedClient.Labeling(_ => "other");

        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task).LabelAsync(["one", "two", "one"]);

        client.Sent.Should().HaveCount(2);
        labeled.Answered.Should().Equal(0, 1, 2);
    }

    [Fact]
    public async Task Empty_text_is_refused_before_anything_is_sent()
    {
        ScriptedClient client = ScriptedClient.Labeling(_ => "other");
        var labeler = new ChatLabeler(client, Letters.Task);

        await labeler.Invoking(one => one.LabelAsync(["one", " "])).Should().ThrowAsync<ArgumentException>().WithMessage("*texts[1]*letters*");
        client.Sent.Should().BeEmpty();
    }

    [Fact]
    public async Task Description_counts_labels_and_refusals()
    {
        var client = new ScriptedClient((messages, _) => messages[1].Text == "Letter number 4" ? "?" : ScriptedClient.Label(Letters.LabelOf(messages[1].Text)));

        LabeledTexts labeled = await new ChatLabeler(client, Letters.Task).LabelAsync(Letters.Texts(5));

        labeled.Describe().Split(Environment.NewLine).Should().Equal(
            "4 of 5 texts labeled, 1 refused", "  billing: 2", "  delivery: 1", "  other: 1", "7 requests (2 retries), 770 tokens");
    }
}
