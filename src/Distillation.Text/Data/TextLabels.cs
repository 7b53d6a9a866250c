namespace Distillation.Text;

/// <summary>The labels of texts: one class, a row of numbers, or a class for each token.</summary>
internal abstract class TextLabels
{
    /// <summary>Gets the number of texts.</summary>
    public abstract int Count { get; }

    /// <summary>Returns the labels of some texts, [N] int64, [N, C] float32 or [N, T] int64, in the current dispose scope.</summary>
    /// <param name="numbers">The numbers of the texts.</param>
    /// <param name="length">The number of tokens of a row, T.</param>
    public abstract Tensor Take(ReadOnlySpan<long> numbers, int length);

    /// <summary>Keeps a class id for each text.</summary>
    public static TextLabels Of(long[] ids) => new ClassIds(ids);

    /// <summary>Keeps a row of numbers for each text; rows have the same length.</summary>
    public static TextLabels Of(float[][] rows) => new Rows(rows);

    /// <summary>Keeps a class id for each token of each text; padding has <see cref="TextData.IgnoredLabel"/>.</summary>
    public static TextLabels Of(long[][] tags) => new Tags(tags);

    private sealed class ClassIds(long[] ids) : TextLabels
    {
        public override int Count => ids.Length;

        public override Tensor Take(ReadOnlySpan<long> numbers, int length)
        {
            var taken = new long[numbers.Length];
            for (int place = 0; place < taken.Length; place++)
            {
                taken[place] = ids[numbers[place]];
            }

            return torch.tensor(taken);
        }
    }

    private sealed class Rows(float[][] rows) : TextLabels
    {
        public override int Count => rows.Length;

        public override Tensor Take(ReadOnlySpan<long> numbers, int length)
        {
            int width = rows[0].Length;
            var taken = new float[numbers.Length * width];
            for (int place = 0; place < numbers.Length; place++)
            {
                rows[numbers[place]].CopyTo(taken, place * width);
            }

            return torch.tensor(taken, [numbers.Length, width]);
        }
    }

    private sealed class Tags(long[][] tags) : TextLabels
    {
        public override int Count => tags.Length;

        public override Tensor Take(ReadOnlySpan<long> numbers, int length)
        {
            var taken = new long[numbers.Length * length];
            Array.Fill(taken, TextData.IgnoredLabel);
            for (int place = 0; place < numbers.Length; place++)
            {
                tags[numbers[place]].CopyTo(taken, place * length);
            }

            return torch.tensor(taken, [numbers.Length, length]);
        }
    }
}
