namespace Distillation;

/// <summary>What a run does when a loss or a gradient is infinite or not a number.</summary>
/// <remarks>
/// <para>
/// Under each policy, the update is not made where the value is noticed in time. A run that ends with a <see cref="TrainingDivergedException"/> leaves students
/// and losses with the last good weights: those of the last end of an epoch at which losses and weights were finite, or else those from before the run or of
/// the checkpoint from which it continued. The run keeps one copy of them, unless <see cref="Stop.RestoresWeights"/> is <see langword="false"/>.
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
    /// The run ends: on a CPU at the update whose loss is not finite, on another device, for which nothing waits within an epoch, at the next report.
    /// </summary>
    /// <remarks>Weights and buffers that become infinite or not a number with a finite loss are noticed at the end of the epoch.</remarks>
    public sealed record Stop : NonFinitePolicy
    {
        /// <summary>Creates the policy.</summary>
        /// <param name="restoresWeights">
        /// Whether the last good weights are restored, for which the run keeps a copy of all weights. The default is <see langword="true"/>.
        /// </param>
        public Stop(bool restoresWeights = true) => RestoresWeights = restoresWeights;

        /// <summary>Gets whether the last good weights are restored, for which the run keeps a copy of all weights.</summary>
        /// <value>If <see langword="false"/>, no copy is kept, and the students stay as the run leaves them.</value>
        public bool RestoresWeights { get; }

        private protected override IEnumerable<(string Name, object? Value)> Settings => [(nameof(RestoresWeights), RestoresWeights)];
    }

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
