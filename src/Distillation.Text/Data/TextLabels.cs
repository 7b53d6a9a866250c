namespace Distillation.Text;

/// <summary>The labels of texts: one class, or a row of numbers, for each.</summary>
internal abstract class TextLabels
{
    /// <summary>Gets the number of texts.</summary>
    public abstract int Count { get; }

    /// <summary>Returns the labels of some texts, [N] int64 or [N, C] float32, in the current dispose scope.</summary>
    public abstract Tensor Take(ReadOnlySpan<long> numbers);

    /// <summary>Keeps a class id for each text.</summary>
    public static TextLabels Of(long[] ids) => new ClassIds(ids);

    /// <summary>Keeps a row of numbers for each text; rows have the same length.</summary>
    public static TextLabels Of(float[][] rows) => new Rows(rows);

    private sealed class ClassIds(long[] ids) : TextLabels
    {
        public override int Count => ids.Length;

        public override Tensor Take(ReadOnlySpan<long> numbers)
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

        public override Tensor Take(ReadOnlySpan<long> numbers)
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
}
