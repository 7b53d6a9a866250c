namespace Distillation.Text;

/// <summary>Finds the pieces of a text whose product of probabilities is the largest, with the algorithm of Viterbi.</summary>
/// <remarks>
/// A character that no piece has costs 10 more than the most improbable piece. (Kudo, "Subword Regularization", 2018.) Sums are rounded as in the reference
/// implementation, whose ids are the measure: where two ways are equally probable, it is the rounding that decides.
/// </remarks>
internal sealed class UnigramSegmenter : ISentencePieceSegmenter
{
    private const float UnknownPenalty = 10;
    private const double UserDefinedMargin = 0.1;

    private readonly SentencePieceVocabulary _vocabulary;
    private readonly float _unknownScore;
    private readonly float _largestScore = 1.17549435E-38f;

    public UnigramSegmenter(SentencePieceVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        float smallest = float.MaxValue;
        foreach (SentencePiece piece in vocabulary.Pieces.Where(piece => piece.Kind == SentencePieceKind.Normal))
        {
            smallest = piece.Score < smallest ? piece.Score : smallest;
            _largestScore = piece.Score > _largestScore ? piece.Score : _largestScore;
        }

        _unknownScore = smallest - UnknownPenalty;
    }

    /// <inheritdoc/>
    public void Segment(ReadOnlySpan<byte> text, SentencePieceIds ids)
    {
        Way[] best = BestWays(text);
        var pieces = new Stack<Range>();
        for (int end = text.Length; end > 0; end = best[end].Start)
        {
            pieces.Push(best[end].Start..end);
        }

        foreach (Range piece in pieces)
        {
            ids.Add(text[piece], best[piece.End.Value].Id);
        }
    }

    // The last piece of the best way to each place.
    private Way[] BestWays(ReadOnlySpan<byte> text)
    {
        var best = new Way[text.Length + 1];
        Array.Fill(best, new Way(Start: -1, Id: -1, Score: 0));
        for (int start = 0, character; start < text.Length; start += character)
        {
            character = Utf8Length.OfFirst(text[start..]);
            float before = best[start].Score;
            bool known = false;
            int node = PieceTrie.Root;
            for (int end = start + 1; end <= text.Length && (node = _vocabulary.Trie.Step(node, text[end - 1])) >= 0; end++)
            {
                int id = _vocabulary.Trie.IdAt(node);
                if (id >= 0 && _vocabulary.Pieces[id].Kind != SentencePieceKind.Unused)
                {
                    Offer(ref best[end], start, id, ScoreOf(_vocabulary.Pieces[id], end - start) + before);
                    known |= end - start == character;
                }
            }

            if (!known)
            {
                float score = _unknownScore + before;
                Offer(ref best[start + character], start, _vocabulary.UnknownId, score);
            }
        }

        return best;
    }

    private static void Offer(ref Way best, int start, int id, double score)
    {
        if (best.Start < 0 || score > best.Score)
        {
            best = new Way(start, id, (float)score);
        }
    }

    // Pieces that are never cut score more than any way through them.
    private double ScoreOf(SentencePiece piece, int length) =>
        piece.Kind == SentencePieceKind.UserDefined ? (length * _largestScore) - UserDefinedMargin : piece.Score;

    private readonly record struct Way(int Start, int Id, float Score);
}
