namespace Distillation.Text;

/// <summary>Token ids of several texts as rows of one length, with padding behind.</summary>
internal sealed class PaddedIds
{
    // A mask [N, 1] could be one of samples or of places: see MaskedBatch.
    private const int ShortestRow = 2;

    private readonly IReadOnlyList<int[]> _texts;

    public PaddedIds(IReadOnlyList<int[]> texts, int padId)
    {
        _texts = texts;
        Length = LengthOf(texts.Select(text => text.Length));
        Ids = new long[texts.Count * Length];
        Array.Fill(Ids, padId);
        for (int row = 0; row < texts.Count; row++)
        {
            for (int place = 0; place < texts[row].Length; place++)
            {
                Ids[(row * Length) + place] = texts[row][place];
            }
        }
    }

    /// <summary>Gets T, the length of a row: that of the longest text, and at least 2.</summary>
    public int Length { get; }

    /// <summary>Gets the ids, row by row: [N, T].</summary>
    public long[] Ids { get; }

    /// <summary>Gets the shape, [N, T].</summary>
    public long[] Shape => [_texts.Count, Length];

    /// <summary>Returns the length of rows for texts of these lengths.</summary>
    public static int LengthOf(IEnumerable<int> lengths) => lengths.Append(ShortestRow).Max();

    /// <summary>Returns a value for each place, row by row: one for tokens, another for padding.</summary>
    public T[] Mask<T>(T token, T padding)
    {
        var mask = new T[Ids.Length];
        Array.Fill(mask, padding);
        for (int row = 0; row < _texts.Count; row++)
        {
            Array.Fill(mask, token, row * Length, _texts[row].Length);
        }

        return mask;
    }
}
