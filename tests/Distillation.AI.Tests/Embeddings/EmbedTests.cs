namespace Distillation.AI.Tests;

public sealed class EmbedTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    private string FilePath => Path.Combine(_directory.FullName, "embeddings.bin");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Each_text_is_sent_once_in_batches_and_the_order_is_kept()
    {
        using var generator = new WordGenerator(words: ["good", "bad"]);
        string[] texts = ["good", "bad", "good", "good bad", "neither", "good good"];

        TextEmbeddings found = await generator.EmbedAsync(texts, new() { BatchSize = 2, Concurrency = 3 });

        generator.Batches.SelectMany(batch => batch).Should().BeEquivalentTo(texts.Distinct());
        generator.Batches.Select(batch => batch.Length).Order().Should().Equal(1, 2, 2);
        found.Texts.Should().Equal(texts);
        found.Dimension.Should().Be(3);
        for (int i = 0; i < texts.Length; i++)
        {
            found.Rows[i].Should().Equal(WordGenerator.Embed(texts[i], "good", "bad"));
        }
    }

    [Fact]
    public async Task Texts_in_the_cache_are_not_sent()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        using (var first = new WordGenerator(words: "good"))
        {
            await first.EmbedAsync(["a good one", "b"], new() { Cache = cache });
        }

        using var second = new WordGenerator(words: "good");
        TextEmbeddings found = await second.EmbedAsync(["b", "c", "a good one"], new() { Cache = cache });

        second.Batches.Should().ContainSingle().Which.Should().Equal("c");
        found.Rows[2].Should().Equal(1, 0.1f);
    }

    [Fact]
    public async Task Another_model_or_dimension_is_another_key()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        using var generator = new WordGenerator(words: "good");
        await generator.EmbedAsync(["a"], new() { Cache = cache });
        await generator.EmbedAsync(["a"], new() { Cache = cache, Model = "words-2" });
        await generator.EmbedAsync(["a"], new() { Cache = cache, Dimensions = 2 });
        await generator.EmbedAsync(["a"], new() { Cache = cache, Model = "words-1" });

        generator.Batches.Should().HaveCount(3, "the last key is that of the generator's default model");
        generator.Options.Select(options => (options?.ModelId, options?.Dimensions)).Should().Equal((null, null), ("words-2", null), (null, 2));
    }

    [Fact]
    public async Task After_a_failure_the_cache_has_what_arrived()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        string[] texts = ["a", "b", "c", "d"];
        using (var failing = new WordGenerator(failAt: "c", words: "good"))
        {
            await FluentActions.Awaiting(() => failing.EmbedAsync(texts, new() { Cache = cache, BatchSize = 2, Concurrency = 1 }))
                .Should().ThrowAsync<HttpRequestException>();
        }

        cache.Count.Should().Be(2);
        using var working = new WordGenerator(words: "good");
        await working.EmbedAsync(texts, new() { Cache = cache });
        working.Batches.Should().ContainSingle().Which.Should().Equal("c", "d");
    }

    [Fact]
    public async Task Progress_rises_to_one()
    {
        using var generator = new WordGenerator(words: "good");
        var reports = new List<double>();

        await generator.EmbedAsync(["a", "b", "c", "d", "a"], new() { BatchSize = 1, Concurrency = 1 }, new Reports(reports));

        reports.Should().Equal(0.25, 0.5, 0.75, 1);
    }

    [Fact]
    public async Task Canceled_work_sends_nothing()
    {
        using var generator = new WordGenerator(words: "good");

        await FluentActions.Awaiting(() => generator.EmbedAsync(["a"], cancellationToken: new(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();
        generator.Batches.Should().BeEmpty();
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_is_sent()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        using var generator = new WordGenerator(model: null, words: "good");

        await FluentActions.Awaiting(() => generator.EmbedAsync(["a"], new() { Cache = cache }))
            .Should().ThrowAsync<ArgumentException>().WithMessage("*Model*");
        await FluentActions.Awaiting(() => generator.EmbedAsync([])).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => generator.EmbedAsync(["a", " "])).Should().ThrowAsync<ArgumentException>().WithMessage("*texts*");
        generator.Batches.Should().BeEmpty();
    }

    [Fact]
    public void Embeddings_are_looked_up_normalized_and_fingerprinted()
    {
        var embeddings = new TextEmbeddings(["a", "b", "a"], [[3, 4], [0, 0], [1, 1]]);

        embeddings["a"].ToArray().Should().Equal(3, 4);
        embeddings.Contains("c").Should().BeFalse();
        FluentActions.Invoking(() => embeddings["c"]).Should().Throw<KeyNotFoundException>().WithMessage("*'c'*");
        TextEmbeddings unit = embeddings.Normalize();
        unit.Rows[0].Should().Equal(0.6f, 0.8f);
        unit.Rows[1].Should().Equal(0, 0);
        embeddings.Fingerprint().Should().HaveLength(64).And.Be(new TextEmbeddings(["a", "b", "a"], [[3, 4], [0, 0], [1, 1]]).Fingerprint());
        unit.Fingerprint().Should().NotBe(embeddings.Fingerprint());
    }

    [Fact]
    public void Embeddings_become_samples_with_class_ids()
    {
        using var scope = torch.NewDisposeScope();
        using TensorData data = new TextEmbeddings(["a", "b"], [[3, 4], [5, 6]]).ToData([1, 0]);

        data.Inputs.data<float>().ToArray().Should().Equal(3, 4, 5, 6);
        data.Labels!.data<long>().ToArray().Should().Equal(1, 0);
    }

    [Fact]
    public void Embeddings_of_different_lengths_are_refused()
    {
        FluentActions.Invoking(() => new TextEmbeddings(["a", "b"], [[1], [1, 2]])).Should().Throw<ArgumentException>().WithMessage("*text 1 has 2*");
        FluentActions.Invoking(() => new TextEmbeddings(["a"], [[1], [2]])).Should().Throw<ArgumentException>().WithMessage("*2 and 1*");
        FluentActions.Invoking(() => new TextEmbeddings(["a"], [[float.NaN]])).Should().Throw<ArgumentException>().WithMessage("*finite*");
    }

    private sealed class Reports(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}
