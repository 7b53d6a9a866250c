namespace Distillation.AI;

/// <summary>Chooses candidates by their distance from labeled texts and from those chosen before.</summary>
internal sealed class EmbeddingCoverage
{
    private readonly IReadOnlyList<float[]> _embeddings;
    private readonly int[] _candidates;

    // The squared distance of each candidate from the nearest labeled or chosen text; negative of a chosen one.
    private readonly double[] _nearest;

    public EmbeddingCoverage(IReadOnlyList<float[]> embeddings, IReadOnlyList<int> labeled, int[] candidates)
    {
        _embeddings = embeddings;
        _candidates = candidates;
        _nearest = new double[candidates.Length];
        Array.Fill(_nearest, double.PositiveInfinity);
        foreach (int text in labeled)
        {
            Approach(text);
        }
    }

    /// <summary>Chooses the farthest one again and again (Gonzalez, 1985); without a labeled text the first candidate begins.</summary>
    public int[] Farthest(int count)
    {
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++)
        {
            chosen[i] = Take(Array.IndexOf(_nearest, _nearest.Max()));
        }

        return chosen;
    }

    /// <summary>Draws with a probability proportional to the squared distance; without a labeled text the first candidate begins.</summary>
    public int[] Seeds(int count, SeededDraws random)
    {
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++)
        {
            chosen[i] = Take(Draw(random));
        }

        return chosen;
    }

    private int Draw(SeededDraws random)
    {
        double total = _nearest.Where(distance => distance > 0).Sum();

        // Nothing to measure from yet, or all that are left lie on chosen ones: the next in the given order.
        if (total == 0 || double.IsInfinity(total))
        {
            return Array.FindIndex(_nearest, distance => distance >= 0);
        }

        double at = random.Uniform() * total;
        int last = -1;
        for (int place = 0; place < _nearest.Length; place++)
        {
            if (_nearest[place] > 0)
            {
                last = place;
                at -= _nearest[place];
                if (at < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private int Take(int place)
    {
        Approach(_candidates[place]);
        _nearest[place] = -1;
        return _candidates[place];
    }

    private void Approach(int text)
    {
        float[] center = _embeddings[text];
        for (int place = 0; place < _nearest.Length; place++)
        {
            if (_nearest[place] >= 0)
            {
                _nearest[place] = Math.Min(_nearest[place], SquaredDistance(center, _embeddings[_candidates[place]]));
            }
        }
    }

    private static double SquaredDistance(float[] one, float[] other)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++)
        {
            double difference = (double)one[i] - other[i];
            sum += difference * difference;
        }

        return sum;
    }
}
