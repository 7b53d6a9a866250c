namespace Distillation;

/// <summary>What a run does when a loss or a gradient is infinite or not a number.</summary>
/// <remarks>
/// <para>
/// Whatever it is, the update that would follow is not made where it is noticed in time, and a run that ends with a <see cref="TrainingDivergedException"/>
/// leaves the students, and what their losses have learned, with the last good weights: those of the last end of an epoch at which losses and weights were
/// finite, or else those from before the run; after a resumption those of the checkpoint take their place. One copy of them is kept.
/// </para>
/// <para>Of several that learn together all count: one loss that is not finite holds back the update of each.</para>
/// </remarks>
public abstract record NonFinitePolicy : ISelfDescribing
{
    private NonFinitePolicy()
    {
    }

    private protected virtual IEnumerable<(string Name, object? Value)> Settings => [];

    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() => Settings;

    /// <summary>
    /// The run ends. On the processor it ends at the update whose loss is not finite; on another device, for which nothing waits within an epoch, at the next
    /// report.
    /// </summary>
    /// <remarks>Weights and buffers that have become infinite or not a number with a finite loss are noticed at the end of the epoch.</remarks>
    public sealed record Stop : NonFinitePolicy;

    /// <summary>The gradient is dropped, and the run goes on with the next batch.</summary>
    /// <remarks>
    /// Loss, gradient and buffers of each update are looked at, so that each update waits for the device. What the batch has done to statistics of
    /// normalization and to the means of the reports is undone as well.
    /// </remarks>
    public sealed record Skip : NonFinitePolicy
    {
        /// <summary>Skips some updates.</summary>
        /// <param name="limit">How many updates in a row may be skipped; with one more the run ends. Positive.</param>
        public Skip(int limit = 10) => Limit = Require.Positive(limit);

        /// <summary>Gets how many updates in a row may be skipped.</summary>
        public int Limit { get; }

        private protected override IEnumerable<(string Name, object? Value)> Settings => [(nameof(Limit), Limit)];
    }

    /// <summary>The gradient is dropped, the last good weights come back, and the run goes on with the next batch and a lower learning rate.</summary>
    /// <remarks>
    /// Loss, gradient and buffers of each update are looked at, so that each update waits for the device. Moving averages come back with the weights; the state
    /// of the optimizers begins anew, and the place in the run is kept.
    /// </remarks>
    public sealed record RollBack : NonFinitePolicy
    {
        /// <summary>Goes back some times.</summary>
        /// <param name="factor">By what the learning rates are multiplied from there on, each time; in (0, 1].</param>
        /// <param name="limit">How often the run may go back; the next time it ends. Positive.</param>
        public RollBack(double factor = 0.5, int limit = 3) => (Factor, Limit) = (Require.InRange(factor, double.Epsilon, 1), Require.Positive(limit));

        /// <summary>Gets by what the learning rates are multiplied, each time.</summary>
        public double Factor { get; }

        /// <summary>Gets how often the run may go back.</summary>
        public int Limit { get; }

        private protected override IEnumerable<(string Name, object? Value)> Settings => [(nameof(Factor), Factor), (nameof(Limit), Limit)];
    }
}
