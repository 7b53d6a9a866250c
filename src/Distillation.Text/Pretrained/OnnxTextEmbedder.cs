namespace Distillation.Text;

/// <summary>Computes vectors of texts with an ONNX sentence encoder, such as those of the sentence-transformers family, and ONNX Runtime.</summary>
/// <remarks>
/// <para>
/// The model takes <c>input_ids</c>, and <c>attention_mask</c> and <c>token_type_ids</c> where it has them, [N, T] int64. An instance may be used by several
/// threads at a time, and disposed when no call is under way.
/// </para>
/// <para>As a teacher of vectors: <c>Teacher.From((TextBatch batch) =&gt; embedder.EmbedTensor(batch.Texts))</c>.</para>
/// </remarks>
public sealed class OnnxTextEmbedder : IDisposable
{
    private readonly OnnxEncoderSession _session;
    private readonly TextTokenizer _tokenizer;
    private readonly OnnxTextEmbedderOptions _options;
    private bool _disposed;

    private OnnxTextEmbedder(string path, TextTokenizer tokenizer, OnnxTextEmbedderOptions options)
    {
        _tokenizer = tokenizer;
        _options = options;
        _session = new OnnxEncoderSession(path, options);
    }

    /// <summary>Loads a model.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="tokenizer">The tokenizer of the model: for BERT and its kin, <see cref="VocabularyTokenizer.WordPiece"/>.</param>
    /// <param name="options">What is read of the model, and how it runs; the default is <c>new OnnxTextEmbedderOptions()</c>.</param>
    /// <returns>The embedder; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The model has other inputs, or does not have the output.</exception>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">ONNX Runtime cannot load the file; the message has the reason.</exception>
    public static OnnxTextEmbedder Load(string path, TextTokenizer tokenizer, OnnxTextEmbedderOptions? options = null)
    {
        Require.Text(path);
        Require.Present(tokenizer);
        return new OnnxTextEmbedder(path, tokenizer, options ?? new OnnxTextEmbedderOptions());
    }

    /// <summary>Computes the vectors of texts.</summary>
    /// <param name="texts">The texts, in any number.</param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    /// <returns>A vector for each text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The model fails, or its output is not a row for each text.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public float[][] Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int[][] tokens = [.. Require.Present(texts).Select((text, number) => Tokens(text ?? throw Missing(number, nameof(texts))))];
        float[][] vectors = new float[tokens.Length][];
        foreach (int[] batch in Enumerable.Range(0, tokens.Length).OrderByDescending(text => tokens[text].Length).Chunk(_options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[][] computed = Run([.. batch.Select(text => tokens[text])]);
            for (int row = 0; row < batch.Length; row++)
            {
                vectors[batch[row]] = computed[row];
            }
        }

        return vectors;
    }

    /// <summary>Computes the vectors of texts as a tensor.</summary>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    /// <returns>The vectors [N, D] of float32 on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The model fails, or its output is not a row for each text.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public Tensor EmbedTensor(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        Require.Present(texts);
        Require.Positive(texts.Count);
        float[][] vectors = Embed(texts, cancellationToken);
        return torch.tensor([.. vectors.SelectMany(vector => vector)], [vectors.Length, vectors[0].Length]);
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
    }

    private static ArgumentException Missing(int number, string argument) => new($"Each text must be there, but text {number} is null.", argument);

    private int[] Tokens(string text) => [.. _tokenizer.Encode(text, _options.MaxTokens).Ids];

    private float[][] Run(int[][] tokens)
    {
        var padded = new PaddedIds(tokens, _tokenizer.PadId);
        int places = padded.Length;
        (float[] values, long[] shape) = _session.Run(padded.Ids, padded.Mask(token: 1L, padding: 0L), tokens.Length, places);
        bool isOfTokens = shape.Length == 3;
        return shape[0] == tokens.Length && (!isOfTokens || shape[1] == places)
            ? [.. tokens.Select((text, row) => Vector(values, row, isOfTokens ? places : 1, isOfTokens ? text.Length : 1, (int)shape[^1]))]
            : throw new InvalidOperationException(
                $"The output '{_session.Output}' must have a row for each of {tokens.Length} texts of {places} tokens, but is [{string.Join(", ", shape)}].");
    }

    // Tokens come first, so that the first of each row are those that count.
    private float[] Vector(float[] values, int row, int places, int count, int width)
    {
        int counted = _options.Pooling == TokenPooling.Mean ? count : 1;
        double[] sums = new double[width];
        for (int place = 0; place < counted; place++)
        {
            int start = ((row * places) + place) * width;
            for (int column = 0; column < width; column++)
            {
                sums[column] += values[start + column];
            }
        }

        double length = _options.Normalize ? Math.Sqrt(sums.Sum(sum => sum * sum)) : counted;
        return [.. sums.Select(sum => (float)(length == 0 ? 0 : sum / length))];
    }
}
