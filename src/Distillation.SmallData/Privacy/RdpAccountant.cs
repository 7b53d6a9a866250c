namespace Distillation.SmallData;

/// <summary>Accounts for the privacy loss of Gaussian noise on sums over Poisson samples, by Rényi differential privacy (Mironov, 2017).</summary>
/// <remarks>
/// <para>
/// Each step releases a sum of vectors of length at most C, of samples that are each drawn with probability q, with noise of deviation σ·C. Its Rényi
/// divergence of each order α is that of Mironov, Talwar and Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism", 2019; steps add up.
/// </para>
/// <para>
/// The conversion to (ε, δ) is that of Balle et al., "Hypothesis Testing Interpretations and Rényi Differential Privacy", 2020:
/// <c>ε = min_α ρ(α) + log((α − 1)/α) − (log δ + log α)/(α − 1)</c>. Opacus and TensorFlow Privacy use it today; the older
/// <c>ρ(α) − log δ/(α − 1)</c> of Mironov, which published tables have, is larger. Neighboring data sets differ by one sample that is there or not.
/// </para>
/// </remarks>
public sealed class RdpAccountant
{
    private readonly double[] _sums;

    /// <summary>Creates an accountant without a step.</summary>
    /// <param name="orders">The orders α, each above 1; <see cref="DefaultOrders"/> if not given.</param>
    public RdpAccountant(IReadOnlyList<double>? orders = null)
    {
        Orders = [.. (orders ?? DefaultOrders).Select(order => order > 1 && double.IsFinite(order)
            ? order
            : throw new ArgumentOutOfRangeException(nameof(orders), order, FormattableString.Invariant($"An order must be above 1, but one is {order}.")))];
        Require.Positive(Orders.Count, nameof(orders));
        _sums = new double[Orders.Count];
    }

    /// <summary>Gets the orders that Opacus takes: 1.1, 1.2, …, 10.9, and 12, 13, …, 63.</summary>
    public static IReadOnlyList<double> DefaultOrders { get; } =
        [.. Enumerable.Range(1, 99).Select(i => 1 + (i / 10.0)), .. Enumerable.Range(12, 52).Select(i => (double)i)];

    /// <summary>Gets the orders.</summary>
    public IReadOnlyList<double> Orders { get; }

    /// <summary>Gets the divergence of all steps so far, for each of <see cref="Orders"/>.</summary>
    public IReadOnlyList<double> Divergences => [.. _sums];

    /// <summary>Returns the Rényi divergence of one step.</summary>
    /// <param name="noiseMultiplier">σ: the deviation of the noise in units of the clipping norm; zero or positive.</param>
    /// <param name="samplingRate">q: the probability with which each sample is drawn; in [0, 1].</param>
    /// <param name="order">α; above 1.</param>
    /// <returns>
    /// Zero or positive; infinite without noise. With noise below 0.05 and an order that is not whole, the divergence of the next whole order, which is no
    /// smaller.
    /// </returns>
    public static double DivergenceOf(double noiseMultiplier, double samplingRate, double order)
    {
        Require.NotNegative(noiseMultiplier);
        Require.InRange(samplingRate, 0, 1);
        Require.Positive(order - 1, nameof(order));
        return samplingRate == 0 ? 0
            : noiseMultiplier * noiseMultiplier == 0 ? double.PositiveInfinity
            : samplingRate == 1 ? order / (2 * noiseMultiplier * noiseMultiplier)
            : SampledGaussian.LogMoment(samplingRate, noiseMultiplier, order) / (order - 1);
    }

    /// <summary>Returns the smallest noise with which a training keeps within a budget.</summary>
    /// <param name="epsilon">The budget, ε; positive.</param>
    /// <param name="delta">δ; in (0, 1).</param>
    /// <param name="samplingRate">q; in (0, 1].</param>
    /// <param name="steps">The number of steps; positive.</param>
    /// <returns>The noise multiplier σ, to 0.01 % above the smallest one; at least 0.05.</returns>
    /// <exception cref="ArgumentException">No noise up to 10 000 is enough.</exception>
    public static double NoiseFor(double epsilon, double delta, double samplingRate, long steps)
    {
        Require.Positive(epsilon);
        Require.Positive(samplingRate);
        double Spent(double noise)
        {
            var accountant = new RdpAccountant();
            accountant.Add(noise, samplingRate, steps);
            return accountant.Epsilon(delta);
        }

        const double Least = 0.05;
        const double Most = 10_000;
        if (Spent(Most) > epsilon)
        {
            throw new ArgumentException(FormattableString.Invariant($"No noise multiplier up to {Most} gives {nameof(epsilon)} {epsilon} over {steps} steps."));
        }

        (double low, double high) = (Least, Most);
        while (high - low > 1e-4 * high)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = Spent(middle) <= epsilon ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>Adds steps.</summary>
    /// <param name="noiseMultiplier">σ: the deviation of the noise in units of the clipping norm; zero or positive.</param>
    /// <param name="samplingRate">q: the probability with which each sample is drawn; in [0, 1].</param>
    /// <param name="steps">The number of steps; zero or positive.</param>
    public void Add(double noiseMultiplier, double samplingRate, long steps = 1)
    {
        Require.NotNegative(steps);
        if (steps == 0)
        {
            return;
        }

        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] += steps * DivergenceOf(noiseMultiplier, samplingRate, Orders[i]);
        }
    }

    /// <summary>Returns the ε of all steps so far.</summary>
    /// <param name="delta">δ, the probability with which ε may not hold; in (0, 1). It should be well below one over the number of samples.</param>
    /// <returns>Zero or positive; infinite without noise.</returns>
    public double Epsilon(double delta)
    {
        Require.Positive(Require.BelowOne(delta), nameof(delta));
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < _sums.Length; i++)
        {
            double order = Orders[i];
            double epsilon = _sums[i] + Math.Log((order - 1) / order) - ((Math.Log(delta) + Math.Log(order)) / (order - 1));
            smallest = Math.Min(smallest, epsilon);
        }

        return _sums.All(sum => sum == 0) ? 0 : Math.Max(0, smallest);
    }
}
