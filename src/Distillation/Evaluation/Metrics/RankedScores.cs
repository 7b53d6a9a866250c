namespace Distillation.Evaluation;

/// <summary>The scores of samples for one label, from the highest, with the number of samples that have it and that do not at each score.</summary>
internal sealed class RankedScores
{
    private readonly List<(long With, long Without)> _levels = [];
    private readonly long _with;
    private readonly long _without;

    private RankedScores(double[] scores, double[] present)
    {
        Array.Sort(scores, present);
        for (int i = scores.Length - 1; i >= 0; i--)
        {
            if (i == scores.Length - 1 || scores[i] != scores[i + 1])
            {
                _levels.Add((0, 0));
            }

            (long with, long without) = _levels[^1];
            _levels[^1] = present[i] > 0 ? (with + 1, without) : (with, without + 1);
        }

        (_with, _without) = (_levels.Sum(level => level.With), _levels.Sum(level => level.Without));
    }

    /// <summary>Puts the scores and the labels of rows into a state, [R, 2, L].</summary>
    public static Tensor State(Tensor scores, Tensor labels) => torch.stack([scores, labels], 1);

    public static Tensor State(PresenceRows rows) => State(rows.Logits, rows.Labels);

    /// <summary>Returns the mean over labels of what is defined.</summary>
    public static double Mean(Tensor state, Func<RankedScores, double> of)
    {
        using Tensor columns = state.permute(1, 2, 0).contiguous();
        double[] all = Shares.Numbers(columns);
        (int rows, int labels) = ((int)state.size(0), (int)state.size(2));
        double[] values =
        [
            .. Enumerable.Range(0, labels)
                .Select(label => of(new(all[(label * rows)..((label + 1) * rows)], all[((labels + label) * rows)..((labels + label + 1) * rows)])))
                .Where(value => !double.IsNaN(value)),
        ];
        return values.Length == 0 ? double.NaN : values.Average();
    }

    /// <summary>Returns the average precision; NaN where no sample has the label.</summary>
    public double AveragePrecision()
    {
        double sum = 0;
        (long with, long all) = (0, 0);
        foreach ((long present, long absent) in _levels)
        {
            with += present;
            all += present + absent;
            sum += (double)present * with / all;
        }

        return _with == 0 ? double.NaN : sum / _with;
    }

    /// <summary>Returns the share of pairs, one with the label and one without, in the right order, ties as half; NaN where there are no pairs.</summary>
    public double Area()
    {
        double pairs = 0;
        long above = 0;
        foreach ((long present, long absent) in _levels)
        {
            pairs += absent * (above + (present / 2.0));
            above += present;
        }

        return _with == 0 || _without == 0 ? double.NaN : pairs / _with / _without;
    }
}
