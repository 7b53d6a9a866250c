namespace Distillation.Text;

/// <summary>Merges neighboring pieces, those of the largest score first, and the left ones where scores are equal, until none are left.</summary>
/// <remarks>(Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016; with a queue, as SentencePiece does it.)</remarks>
internal sealed class BpeSegmenter(SentencePieceVocabulary vocabulary) : ISentencePieceSegmenter
{
    private static readonly Comparer<(float Score, int Left)> First = Comparer<(float Score, int Left)>.Create(
        (one, other) => one.Score == other.Score ? one.Left.CompareTo(other.Left) : other.Score.CompareTo(one.Score));

    /// <inheritdoc/>
    public void Segment(ReadOnlySpan<byte> text, SentencePieceIds ids)
    {
        if (text.IsEmpty)
        {
            return;
        }

        Symbol[] symbols = Characters(text);
        var queue = new PriorityQueue<Merge, (float Score, int Left)>(First);
        var splits = new Dictionary<int, int>();
        for (int right = 1; right < symbols.Length; right++)
        {
            Offer(text, symbols, right - 1, right, queue, splits);
        }

        while (queue.TryDequeue(out Merge merge, out _))
        {
            ref Symbol left = ref symbols[merge.Left];
            ref Symbol right = ref symbols[merge.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != merge.Length)
            {
                continue;
            }

            (left.Length, left.Next, right.Length) = (merge.Length, right.Next, 0);
            if (right.Next >= 0)
            {
                symbols[right.Next].Previous = merge.Left;
            }

            Offer(text, symbols, left.Previous, merge.Left, queue, splits);
            Offer(text, symbols, merge.Left, left.Next, queue, splits);
        }

        for (int symbol = 0; symbol >= 0; symbol = symbols[symbol].Next)
        {
            AddTo(ids, text.Slice(symbols[symbol].Start, symbols[symbol].Length), splits);
        }
    }

    // Pieces that are never cut are one symbol, which is not merged either.
    private Symbol[] Characters(ReadOnlySpan<byte> text)
    {
        var symbols = new List<Symbol>(text.Length);
        for (int start = 0, length; start < text.Length; start += length)
        {
            int whole = vocabulary.UserDefined.LongestPrefix(text[start..]);
            length = whole > 0 ? whole : Utf8Length.OfFirst(text[start..]);
            symbols.Add(new Symbol
            {
                Start = start,
                Length = length,
                Previous = symbols.Count - 1,
                Next = start + length < text.Length ? symbols.Count + 1 : -1,
                IsWhole = whole > 0,
            });
        }

        return [.. symbols];
    }

    private void Offer(
        ReadOnlySpan<byte> text, Symbol[] symbols, int left, int right, PriorityQueue<Merge, (float Score, int Left)> queue, Dictionary<int, int> splits)
    {
        if (left < 0 || right < 0 || symbols[left].IsWhole || symbols[right].IsWhole)
        {
            return;
        }

        int length = symbols[left].Length + symbols[right].Length;
        int id = vocabulary.Trie.IdOf(text.Slice(symbols[left].Start, length));
        if (id >= 0)
        {
            queue.Enqueue(new Merge(left, right, length), (vocabulary.Pieces[id].Score, left));
            if (vocabulary.Pieces[id].Kind == SentencePieceKind.Unused)
            {
                splits[id] = symbols[left].Length;
            }
        }
    }

    // A piece that is unused is cut where it was merged, and so are its parts.
    private void AddTo(SentencePieceIds ids, ReadOnlySpan<byte> symbol, Dictionary<int, int> splits)
    {
        var ends = new Stack<int>([symbol.Length]);
        int start = 0;
        while (ends.TryPeek(out int end))
        {
            ReadOnlySpan<byte> piece = symbol[start..end];
            int id = vocabulary.Trie.IdOf(piece);
            if (id >= 0 && vocabulary.Pieces[id].Kind == SentencePieceKind.Unused && splits.TryGetValue(id, out int split))
            {
                ends.Push(start + split);
            }
            else
            {
                ids.Add(piece, id < 0 ? vocabulary.UnknownId : id);
                start = ends.Pop();
            }
        }
    }

    private struct Symbol
    {
        public int Start;
        public int Length;
        public int Previous;
        public int Next;
        public bool IsWhole;
    }

    private readonly record struct Merge(int Left, int Right, int Length);
}
