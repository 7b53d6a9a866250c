namespace Distillation.AI;

/// <summary>Watches whether texts stay like those with which a cascade was calibrated, without labels.</summary>
/// <remarks>
/// <para>
/// Two tests, each at the level of <see cref="DriftMonitorOptions.Significance"/>. The share of texts that is passed on, over a window, against that at
/// calibration: an exact two-sided binomial test, which takes the reference share as exact. The mean of the embeddings of a window against that of a
/// reference: a permutation test of the Euclidean distance of the means, whose level is exact if window and reference are exchangeable (Pitman, 1937).
/// </para>
/// <para>
/// A drift that moves neither the confidence nor the mean embedding goes unnoticed: a sample of human labels now and then does not. Every report is a test of
/// its own, so that of many reports without a drift the stated share is false alarms. An instance may be used by several threads at a time.
/// </para>
/// </remarks>
public sealed class DriftMonitor
{
    private readonly Lock _lock = new();
    private readonly DriftMonitorOptions _options;
    private readonly double _referenceShare;
    private readonly float[][] _reference;
    private readonly Queue<bool> _passedOn = new();
    private readonly Queue<float[]> _embeddings = new();

    /// <summary>Watches the share of texts that is passed on, and embeddings where a reference is given.</summary>
    /// <param name="referenceShare">The share that is passed on at calibration, in [0, 1]: 1 − <see cref="ConformalThreshold.ShareAnswered"/>.</param>
    /// <param name="referenceEmbeddings">
    /// The embeddings of the texts of the calibration, all of one length, all finite, at least two; embeddings are not watched if not given.
    /// </param>
    /// <param name="options">The settings; defaults if not given.</param>
    /// <exception cref="ArgumentException">Embeddings differ in length, or are too few.</exception>
    public DriftMonitor(double referenceShare, IReadOnlyList<float[]>? referenceEmbeddings = null, DriftMonitorOptions? options = null)
    {
        _referenceShare = Require.InRange(referenceShare, 0, 1);
        _options = options ?? new();
        _reference = [];
        if (referenceEmbeddings is not null)
        {
            if (referenceEmbeddings.Count < 2)
            {
                throw new ArgumentException(
                    $"There must be at least two reference embeddings, but there are {referenceEmbeddings.Count}.", nameof(referenceEmbeddings));
            }

            int size = Require.Positive(Require.Present(referenceEmbeddings[0], nameof(referenceEmbeddings)).Length, nameof(referenceEmbeddings));
            _reference = [.. referenceEmbeddings.Select(one => Checked(Require.Present(one, nameof(referenceEmbeddings)), size, nameof(referenceEmbeddings)))];
        }
    }

    /// <summary>Adds a text to the window: whether it was passed on.</summary>
    /// <param name="passedOn">Whether the student passed it on.</param>
    public void Observe(bool passedOn)
    {
        lock (_lock)
        {
            Add(_passedOn, passedOn);
        }
    }

    /// <summary>Adds the embedding of a text to the window of embeddings.</summary>
    /// <param name="embedding">The embedding, of the length of the reference embeddings, all finite.</param>
    /// <exception cref="InvalidOperationException">The monitor has no reference embeddings.</exception>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public void ObserveEmbedding(ReadOnlySpan<float> embedding)
    {
        if (_reference.Length == 0)
        {
            throw new InvalidOperationException("The monitor has no reference embeddings to compare with: give them to its constructor.");
        }

        float[] own = Checked(embedding, _reference[0].Length, nameof(embedding));
        lock (_lock)
        {
            Add(_embeddings, own);
        }
    }

    /// <summary>Compares the windows with the reference.</summary>
    /// <returns>The report.</returns>
    public DriftReport Report()
    {
        (bool[] passedOn, float[][] embeddings) = Windows();
        int count = passedOn.Count(one => one);
        (double Distance, double PValue)? shift = embeddings.Length == 0
            ? null
            : MeanShiftTest.Run(_reference, embeddings, _options.Permutations, _options.Seed);
        return new()
        {
            Texts = passedOn.Length,
            PassedOn = count,
            ReferenceShare = _referenceShare,
            SharePValue = BinomialDistribution.TwoSided(count, passedOn.Length, _referenceShare),
            Embeddings = embeddings.Length,
            EmbeddingDistance = shift?.Distance,
            EmbeddingPValue = shift?.PValue,
            Significance = _options.Significance,
        };
    }

    private static float[] Checked(ReadOnlySpan<float> embedding, int size, string name)
    {
        if (embedding.Length != size)
        {
            throw new ArgumentException($"Every embedding must have {size} numbers, but one has {embedding.Length}.", name);
        }

        foreach (float number in embedding)
        {
            Require.Finite(number, name);
        }

        return embedding.ToArray();
    }

    private (bool[] PassedOn, float[][] Embeddings) Windows()
    {
        lock (_lock)
        {
            return ([.. _passedOn], [.. _embeddings]);
        }
    }

    private void Add<T>(Queue<T> window, T value)
    {
        if (window.Count == _options.Window)
        {
            window.Dequeue();
        }

        window.Enqueue(value);
    }
}
