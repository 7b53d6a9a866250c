using Distillation.Data;

namespace Distillation.Text.Tests.Data;

public sealed class TextDataTests : IDisposable
{
    private static readonly HashedTokenizer Tokenizer = new();

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Batch_is_padded_to_its_longest_text_and_carries_the_texts()
    {
        var data = TextData.FromTexts(["one two three", "", "four"], Tokenizer);

        TextBatch batch = Read(data, 2, 0);

        batch.Inputs.shape.Should().Equal(2, 3);
        batch.Inputs.data<long>().ToArray().Should().Equal([.. Ids("four"), 0, 0, .. Ids("one two three")]);
        batch.Mask.data<bool>().ToArray().Should().Equal(true, false, false, true, true, true);
        batch.Texts.Should().Equal("four", "one two three");
        batch.Labels.Should().BeNull();
        batch.Indices.data<long>().ToArray().Should().Equal(2, 0);
    }

    [Fact]
    public void Texts_without_tokens_are_padding_of_two_places()
    {
        TextBatch batch = Read(TextData.FromTexts(["", "!"], Tokenizer), 0, 1);

        batch.Inputs.shape.Should().Equal(2, 2);
        batch.Inputs.data<long>().ToArray().Should().OnlyContain(id => id == 0);
        batch.Mask.data<bool>().ToArray().Should().OnlyContain(counts => !counts);
    }

    [Fact]
    public void Texts_follow_their_samples_through_views_micro_batches_and_devices()
    {
        var data = TextData.FromLabeled([.. Enumerable.Range(0, 20).Select(i => new LabeledText($"text {i}", i % 2 == 0 ? "even" : "odd"))], Tokenizer);

        var batch = (TextBatch)data.Shard(1, 2).Subset([9L, 0L, 4L]).Read(torch.tensor(new long[] { 0, 2, 1 }));

        batch.Texts.Should().Equal("text 19", "text 9", "text 1");
        batch.Labels!.data<long>().ToArray().Should().Equal(1, 1, 1);
        batch.Split(2).Cast<TextBatch>().SelectMany(piece => piece.Texts).Should().Equal(batch.Texts);
        ((TextBatch)batch.To(torch.CPU)).Texts.Should().Equal(batch.Texts);
        ((TextBatch)batch.With(inputs: batch.Inputs + 1)).Texts.Should().Equal(batch.Texts);
    }

    [Fact]
    public void Labels_have_the_order_of_the_names_or_the_ordinal_order()
    {
        LabeledText[] texts = [new("a", "z"), new("b", "B"), new("c", "a")];

        var ordinal = TextData.FromLabeled(texts, Tokenizer);
        var given = TextData.FromLabeled(texts, Tokenizer, ["a", "none", "z", "B"]);

        ordinal.LabelNames.Should().Equal("B", "a", "z");
        Read(ordinal, 0, 1, 2).Labels!.data<long>().ToArray().Should().Equal(2, 0, 1);
        Read(given, 0, 1, 2).Labels!.data<long>().ToArray().Should().Equal(2, 3, 0);
    }

    [Fact]
    public void Several_labels_probabilities_and_targets_become_rows()
    {
        var several = TextData.FromLabelSets([("a", ["x", "y"]), ("b", [])], ["x", "y", "z"], Tokenizer);
        var probable = TextData.FromProbabilities(["a", "b"], [[0.25f, 0.75f], [1, 0]], ["x", "y"], Tokenizer);
        var targets = TextData.FromTargets(["a", "b"], [[1.5f], [-2]], Tokenizer);

        Read(several, 0, 1).Labels!.data<float>().ToArray().Should().Equal(1, 1, 0, 0, 0, 0);
        Read(probable, 1, 0).Labels!.data<float>().ToArray().Should().Equal(1, 0, 0.25f, 0.75f);
        Read(targets, 1, 0).Labels!.shape.Should().Equal(2, 1);
        targets.LabelNames.Should().BeEmpty();
    }

    [Fact]
    public void Truncation_and_padding_are_counted()
    {
        var data = TextData.FromTexts(
            [.. Enumerable.Range(1, 64).Select(words => string.Join(' ', Enumerable.Repeat("word", words)))], Tokenizer, maxTokens: 60);

        data.TruncatedCount.Should().Be(4);
        data.Lengths.Should().Equal(Enumerable.Range(1, 64).Select(words => Math.Min(60, words)));

        // Sorted, in two batches of 32: 32 and 60 places wide.
        double places = (32 * 32) + (32 * 60);
        data.PaddingShare(32, similarLengths: true).Should().BeApproximately(1 - (data.Lengths.Sum() / places), 1e-12);
        data.PaddingShare(32).Should().BeGreaterThan(data.PaddingShare(32, similarLengths: true));
        data.Describe().Should().Contain("64 texts").And.Contain("truncated to 60 tokens: 4 (6.2 %)").And.Contain("longest 60");
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_number_of_the_text()
    {
        Action none = () => TextData.FromTexts([], Tokenizer);
        Action missing = () => TextData.FromTexts(["a", null!], Tokenizer);
        Action label = () => TextData.FromLabeled([new("a", "x"), new("b", "q")], Tokenizer, ["x", "y"]);
        Action twice = () => TextData.FromLabeled([new("a", "x")], Tokenizer, ["x", "x"]);
        Action row = () => TextData.FromProbabilities(["a", "b"], [[0.5f, 0.5f], [0.5f, 0.6f]], ["x", "y"], Tokenizer);
        Action nan = () => TextData.FromTargets(["a"], [[float.NaN]], Tokenizer);
        Action count = () => TextData.FromTargets(["a", "b"], [[1f]], Tokenizer);
        Action beyond = () => TextData.FromTexts(["a"], Tokenizer).Read(torch.tensor(new long[] { 1 }));

        none.Should().Throw<ArgumentException>().WithMessage("*at least one text*");
        missing.Should().Throw<ArgumentException>().WithMessage("*text 1 is*");
        label.Should().Throw<ArgumentException>().WithMessage("*among x, y, but that of text 1 is 'q'*");
        twice.Should().Throw<ArgumentException>().WithMessage("*'x' comes twice*");
        row.Should().Throw<ArgumentException>().WithMessage("*row 1 is*");
        nan.Should().Throw<ArgumentException>().WithMessage("*row 0 is*");
        count.Should().Throw<ArgumentException>().WithMessage("*each of the 2 texts, but there are 1*");
        beyond.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*[0, 0]*");
    }

    private static TextBatch Read(IDataSource data, params long[] numbers) => (TextBatch)data.Read(torch.tensor(numbers));

    private static IEnumerable<long> Ids(string text) => Tokenizer.Encode(text, 100).Ids.Select(id => (long)id);
}
