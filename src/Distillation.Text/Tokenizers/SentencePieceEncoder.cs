namespace Distillation.Text;

/// <summary>Maps texts to the ids of a SentencePiece model, the same ones as the reference implementation.</summary>
/// <remarks>
/// Microsoft.ML.Tokenizers has such a tokenizer too. It does not apply the model's rules of normalization and keeps white space that should be left out, so
/// that most texts have other ids than those with which a pretrained model was trained.
/// </remarks>
internal sealed class SentencePieceEncoder
{
    private const ulong Unigram = 1;
    private const ulong Bpe = 2;

    private readonly SentencePieceNormalizer _normalizer;
    private readonly ISentencePieceSegmenter _segmenter;
    private readonly SentencePieceVocabulary _vocabulary;

    /// <exception cref="InvalidDataException">The file is no such model.</exception>
    public SentencePieceEncoder(ReadOnlySpan<byte> modelFile)
    {
        var file = new SentencePieceModelFile(modelFile);
        _vocabulary = new SentencePieceVocabulary(file);
        _normalizer = new SentencePieceNormalizer(file, _vocabulary.UserDefined);
        _segmenter = file.ModelType switch
        {
            Unigram => new UnigramSegmenter(_vocabulary),
            Bpe => new BpeSegmenter(_vocabulary),
            ulong other => throw new InvalidDataException($"Models of the types 1 (unigram) and 2 (BPE) can be read, but the file has one of type {other}."),
        };
    }

    /// <summary>Gets the number of ids, padding included.</summary>
    public int Size => Math.Max(_vocabulary.Pieces.Count, PadId + 1);

    /// <summary>Gets the id of padding.</summary>
    public int PadId => _vocabulary.PadId;

    /// <summary>Returns the ids of a text.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var ids = new SentencePieceIds(_vocabulary);
        _segmenter.Segment(_normalizer.Normalize(text), ids);
        return ids.Ids;
    }
}
