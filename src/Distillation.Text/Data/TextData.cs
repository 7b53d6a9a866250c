using System.Globalization;

namespace Distillation.Text;

/// <summary>Texts as a data source: batches of token ids, padded to the longest text of the batch, with masks and with the texts themselves.</summary>
/// <remarks>
/// <para>
/// A batch is a <see cref="TextBatch"/>: inputs [N, T] int64, mask [N, T], labels [N] int64, [N, C] float32 or, for each token, [N, T] int64. T is the length
/// of its longest text and at least 2. Texts are tokenized once, when the data is made, and tokens beyond the limit are left out: <see cref="TruncatedCount"/>
/// counts such texts.
/// </para>
/// <para>Padding costs time. <c>TrainerOptions.Order = SampleOrder.SimilarLengths</c> puts texts of similar length together.</para>
/// </remarks>
public sealed partial class TextData : IDataSource
{
    /// <summary>The number of tokens of a text that are kept unless another is set.</summary>
    public const int DefaultMaxTokens = 128;

    /// <summary>The label of tokens that have none.</summary>
    public const long IgnoredLabel = -100;

    private readonly int[][] _ids;
    private readonly int[] _lengths;
    private readonly TextLabels? _labels;

    private TextData(string[] texts, TextTokenizer tokenizer, int maxTokens, TextLabels? labels, IReadOnlyList<string> labelNames)
        : this(texts, tokenizer, maxTokens, labels, labelNames, [.. texts.Select(text => Require.Present(tokenizer).Encode(text, Require.Positive(maxTokens)))])
    {
    }

    private TextData(
        string[] texts, TextTokenizer tokenizer, int maxTokens, TextLabels? labels, IReadOnlyList<string> labelNames, IReadOnlyList<TokenizedText> tokenized)
    {
        Texts = texts;
        Tokenizer = Require.Present(tokenizer);
        MaxTokens = Require.Positive(maxTokens);
        _labels = labels;
        LabelNames = labelNames;
        if (texts.Length == 0)
        {
            throw new ArgumentException("There must be at least one text, but there is none.", nameof(texts));
        }

        if (labels is not null && labels.Count != texts.Length)
        {
            throw new ArgumentException($"There must be one label for each of the {texts.Length} texts, but there are {labels.Count}.", nameof(labels));
        }

        _ids = [.. tokenized.Select(text => text.Ids.ToArray())];
        _lengths = Array.ConvertAll(_ids, ids => ids.Length);
        TruncatedCount = tokenized.Count(text => text.IsTruncated);
    }

    /// <summary>Gets the texts, in the order of their numbers.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Gets the names of the classes, in the order of their ids and of the columns of probabilities; empty where there are none.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>Gets the tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Gets the largest number of tokens of a text.</summary>
    public int MaxTokens { get; }

    /// <summary>Gets the number of texts whose end was left out.</summary>
    public int TruncatedCount { get; }

    /// <inheritdoc/>
    public long Count => _ids.Length;

    /// <summary>Gets the number of tokens of each text, in the order of their numbers.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <inheritdoc/>
    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        long[] numbers = indices.data<long>().ToArray();
        int wrong = Array.FindIndex(numbers, number => number < 0 || number >= Count);
        if (wrong >= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(indices), numbers[wrong], $"Numbers of samples must be in [0, {Count - 1}].");
        }

        var padded = new PaddedIds(Array.ConvertAll(numbers, number => _ids[number]), Tokenizer.PadId);
        return new TextBatch(
            torch.tensor(padded.Ids, padded.Shape),
            _labels?.Take(numbers, padded.Length),
            indices,
            torch.tensor(padded.Mask(token: true, padding: false), padded.Shape),
            torch.tensor(numbers),
            Texts);
    }

    /// <summary>Describes the data: texts, classes, tokens, and what padding and truncation cost.</summary>
    /// <returns>Some lines.</returns>
    public string Describe()
    {
        int[] sorted = [.. _lengths.Order()];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Count} texts{(LabelNames.Count == 0 ? "" : $" of {LabelNames.Count} classes")}
            tokens of a text: median {sorted[sorted.Length / 2]}, 95 % at most {sorted[(int)(0.95 * (sorted.Length - 1))]}, longest {sorted[^1]}
            truncated to {MaxTokens} tokens: {TruncatedCount} ({(double)TruncatedCount / Count:P1})
            padding in batches of 32: {PaddingShare(32):P1} in random order, {PaddingShare(32, similarLengths: true):P1} with similar lengths together
            """);
    }

    /// <summary>Computes which share of the places in batches is padding.</summary>
    /// <param name="batchSize">The number of texts in a batch; positive.</param>
    /// <param name="similarLengths">
    /// Whether texts of similar length are put together, as far as can be: by sorting all of them. Otherwise the order is random.
    /// </param>
    /// <returns>The share, in [0, 1).</returns>
    public double PaddingShare(int batchSize, bool similarLengths = false)
    {
        Require.Positive(batchSize);
        int[] lengths = [.. _lengths];
        if (similarLengths)
        {
            Array.Sort(lengths);
        }
        else
        {
            // A random order is one by numbers that are.
            Array.Sort(Array.ConvertAll([.. Enumerable.Range(0, lengths.Length)], number => SplitMix64.Mix(0, number)), lengths);
        }

        long places = lengths.Chunk(batchSize).Sum(batch => (long)batch.Length * PaddedIds.LengthOf(batch));
        return 1 - ((double)lengths.Sum(length => (long)length) / places);
    }
}
