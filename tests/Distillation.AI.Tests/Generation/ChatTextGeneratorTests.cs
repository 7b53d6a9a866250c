using Distillation.Text;

namespace Distillation.AI.Tests;

public sealed class ChatTextGeneratorTests : IDisposable
{
    private static readonly LabeledText[] Originals =
    [
        new("billing I was charged twice for the same order and want the money back.", "billing"),
        new("delivery The parcel that I am waiting for should have come last Monday.", "delivery"),
    ];

    private readonly TemporaryLedger _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Each_label_has_as_many_texts_as_it_should()
    {
        ScriptedClient client = WritingClient.Writing((label, request) => Enumerable.Range(0, 4).Select(i => WritingClient.Unlike(label, (4 * request) + i)));

        GeneratedTexts generated = await Generator(client).GenerateAsync(Originals, textsPerLabel: 6);

        generated.Texts.CountBy(text => text.Label).Should().BeEquivalentTo(
            new Dictionary<string, int> { ["billing"] = 6, ["delivery"] = 6, ["other"] = 6 });
        generated.Texts.Should().OnlyContain(text => text.Text.StartsWith(text.Label, StringComparison.Ordinal));
        generated.Fates.Should().BeEquivalentTo(new Dictionary<GeneratedFate, int> { [GeneratedFate.Kept] = 18, [GeneratedFate.Surplus] = 6 });
        generated.Share(GeneratedFate.Kept).Should().Be(0.75);
        generated.Outcome.Should().Be(RunOutcome.Complete);
    }

    [Fact]
    public async Task Duplicates_copies_and_disagreements_are_left_out_and_counted()
    {
        string first = WritingClient.Unlike("billing", 1);
        ScriptedClient client = WritingClient.Writing((label, _) => label != "billing"
            ? []
            :
            [
                first,
                first.ToUpperInvariant() + "!",
                Originals[0].Text.Replace("order", "orders", StringComparison.Ordinal),
                "My invoice is wrong!",
                WritingClient.Unlike("delivery", 3),
                WritingClient.Unlike("nonsense", 4),
            ]);

        GeneratedTexts generated = await Generator(client, new() { MaxRounds = 1, TextsPerRequest = 6 }).GenerateAsync(Originals, textsPerLabel: 6);

        generated.Texts.Should().Equal(new LabeledText(first, "billing"));
        generated.Fates.Should().BeEquivalentTo(new Dictionary<GeneratedFate, int>
        {
            [GeneratedFate.Kept] = 1,
            [GeneratedFate.Duplicate] = 1,
            [GeneratedFate.Copy] = 2,
            [GeneratedFate.Disagreement] = 1,
            [GeneratedFate.Unverified] = 1,
        });
        generated.Refusals.Should().HaveCount(2).And.OnlyContain(reason => reason == "The answer has no list of texts.");
        generated.Written.Should().Be(6);
    }

    [Fact]
    public async Task Missing_texts_are_written_in_later_rounds_up_to_the_last()
    {
        ScriptedClient client = WritingClient.Writing((label, request) => [WritingClient.Unlike(label == "other" && request < 2 ? "billing" : label, request)]);
        var options = new ChatTextGeneratorOptions { TextsPerRequest = 1, MaxRounds = 2 };
        var rounds = new Rounds();

        GeneratedTexts generated = await Generator(client, options).GenerateAsync([], textsPerLabel: 2, rounds);

        generated.Texts.Count(text => text.Label == "other").Should().Be(2);
        rounds.Select(round => (round.Round, round.Kept, round.Target)).Should().Equal((1, 4, 6), (2, 6, 6));
        generated.Distances.Should().BeEmpty();
        generated.MeanDistance.Should().Be(double.NaN);
    }

    [Fact]
    public async Task Distances_to_the_nearest_original_are_near_the_exact_ones()
    {
        string near = "billing I was charged twice for one order and I want an apology by letter.";
        ScriptedClient client = WritingClient.Writing((label, _) => label == "billing" ? [near, WritingClient.Unlike(label, 1)] : []);

        GeneratedTexts generated = await Generator(client, new() { MaxRounds = 1 }).GenerateAsync(Originals, textsPerLabel: 2);

        var shingles = new MinHash(ShingleUnit.Characters, 5, 1);
        HashSet<string> one = shingles.Shingles(near);
        HashSet<string> other = shingles.Shingles(Originals[0].Text);
        double exact = 1 - ((double)one.Intersect(other).Count() / one.Union(other).Count());
        generated.Distances.Should().HaveCount(2);
        generated.MinDistance.Should().BeApproximately(exact, 4 * 0.032);
        generated.MeanDistance.Should().BeInRange(generated.MinDistance, 1);
    }

    [Fact]
    public async Task Request_has_definitions_originals_and_drawn_properties_that_follow_from_the_seed()
    {
        async Task<string[]> Prompts(int seed)
        {
            ScriptedClient client = WritingClient.Writing((label, request) => [WritingClient.Unlike(label, request)]);
            var options = new ChatTextGeneratorOptions
            {
                Seed = seed,
                MaxRounds = 1,
                Requests = new() { MaxConcurrency = 1 },
                Properties = [new() { Name = "length", Values = ["short", "long"] }, new() { Name = "mood", Values = ["calm"] }],
            };
            await Generator(client, options).GenerateAsync(Originals, textsPerLabel: 40);
            client.Sent[0][0].Text.Should().ContainAll(Letters.Task.Description, "billing: Invoices and payments.");
            return [.. client.Sent.Select(messages => messages[1].Text)];
        }

        string[] prompts = await Prompts(seed: 3);

        prompts.Should().HaveCount(12).And.OnlyHaveUniqueItems().And.OnlyContain(prompt => prompt.Contains("10 new texts", StringComparison.Ordinal));
        prompts[0].Should().Contain(Originals[0].Text).And.NotContain(Originals[1].Text).And.Contain("mood: calm")
            .And.MatchRegex("10\\. length: (short|long); mood: calm");
        prompts.Count(prompt => prompt.Contains("They resemble", StringComparison.Ordinal)).Should().BeInRange(1, 7);
        (await Prompts(seed: 3)).Should().Equal(prompts);
        (await Prompts(seed: 4)).Should().NotEqual(prompts);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    public async Task Hard_texts_are_near_another_label(double share, int hard)
    {
        ScriptedClient client = WritingClient.Writing((label, request) => [WritingClient.Unlike(label, request)]);

        await Generator(client, new() { HardShare = share, MaxRounds = 1 }).GenerateAsync([], textsPerLabel: 1);

        string[] prompts = [.. client.Sent.Select(messages => messages[1].Text)];
        prompts.Count(prompt => prompt.Contains("They resemble", StringComparison.Ordinal)).Should().Be(hard);
        prompts.Select(prompt => prompt.Split('"')).Should().OnlyContain(parts => hard == 0 || parts[1] != parts[3]);
    }

    [Fact]
    public async Task Later_run_with_the_same_ledger_pays_nothing_and_has_the_same_texts()
    {
        using AnswerLedger ledger = _file.Open();
        ScriptedClient client = WritingClient.Writing((label, request) => Enumerable.Range(0, 10).Select(i => WritingClient.Unlike(label, (10 * request) + i)));

        GeneratedTexts first = await Generator(client, ledger: ledger).GenerateAsync(Originals, textsPerLabel: 15);
        GeneratedTexts second = await Generator(client, ledger: ledger).GenerateAsync(Originals, textsPerLabel: 15);

        second.Texts.Should().Equal(first.Texts);
        first.Spending.Requests.Should().Be(6 + 60);
        second.Spending.Requests.Should().Be(0);
    }

    [Fact]
    public async Task Limit_stops_generation_and_verification_together()
    {
        ScriptedClient client = WritingClient.Writing((label, request) => Enumerable.Range(0, 10).Select(i => WritingClient.Unlike(label, (10 * request) + i)));
        var options = new ChatTextGeneratorOptions { Requests = new() { Limit = new() { Requests = 8 } } };

        GeneratedTexts generated = await Generator(client, options).GenerateAsync([], textsPerLabel: 10);

        generated.Outcome.Should().Be(RunOutcome.StoppedByLimit);
        generated.Fates.Should().BeEquivalentTo(new Dictionary<GeneratedFate, int> { [GeneratedFate.Kept] = 5, [GeneratedFate.Unverified] = 25 });
        generated.Spending.Requests.Should().Be(8);
    }

    [Fact]
    public async Task Generation_and_verification_cost_what_their_models_do()
    {
        var price = new ModelPrice { InputPerMillionTokens = 10_000, OutputPerMillionTokens = 0 };
        var verifier = new ChatLabeler(WritingClient.Verifying(), Letters.Task, new() { Requests = new() { Price = price } });
        var options = new ChatTextGeneratorOptions { MaxRounds = 1, Requests = new() { Price = price with { InputPerMillionTokens = 30_000 } } };
        ScriptedClient client = WritingClient.Writing((label, request) => [WritingClient.Unlike(label, request)]);

        GeneratedTexts generated = await new ChatTextGenerator(client, verifier, options).GenerateAsync([], textsPerLabel: 1);

        generated.Spending.Cost.Should().Be((3 * 3) + (3 * 1));
    }

    [Fact]
    public async Task Balanced_texts_are_as_many_of_each_label_as_of_the_rarest()
    {
        ScriptedClient client = WritingClient.Writing((label, request) =>
            Enumerable.Range(0, label == "other" ? 2 : 5).Select(i => WritingClient.Unlike(label, (10 * request) + i)));

        GeneratedTexts generated = await Generator(client, new() { MaxRounds = 1 }).GenerateAsync(Originals, textsPerLabel: 5);
        GeneratedTexts balanced = generated.Balanced();

        generated.Texts.Should().HaveCount(12);
        balanced.Texts.CountBy(text => text.Label).Select(one => one.Value).Should().Equal(2, 2, 2);
        balanced.Distances.Should().HaveCount(6);
        balanced.Written.Should().Be(generated.Written);
        balanced.Fates[GeneratedFate.Surplus].Should().Be(6);
        balanced.Describe().Split(Environment.NewLine).Should()
            .Contain("6 of 12 written texts kept").And.Contain("  Surplus: 6 (50.0 %)").And.Contain("  other: 2");
    }

    [Fact]
    public async Task Original_of_an_unknown_label_is_refused_before_anything_is_sent()
    {
        ScriptedClient client = WritingClient.Writing((_, _) => []);

        await Generator(client).Invoking(one => one.GenerateAsync([new("text", "sales")], 1)).Should().ThrowAsync<ArgumentException>()
            .WithMessage("*'sales' of original 0*billing, delivery, other*");
        client.Sent.Should().BeEmpty();
    }

    private static ChatTextGenerator Generator(ScriptedClient client, ChatTextGeneratorOptions? options = null, AnswerLedger? ledger = null) =>
        new(client, new ChatLabeler(WritingClient.Verifying(), Letters.Task, new() { Requests = new() { MaxMalformedRetries = 0 } }, ledger), options, ledger);

    private sealed class Rounds : List<GenerationProgress>, IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => Add(value);
    }
}
