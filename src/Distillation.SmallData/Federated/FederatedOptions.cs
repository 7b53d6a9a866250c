namespace Distillation.SmallData;

/// <summary>How clients of scattered data learn from each other. All of them have the same options.</summary>
public sealed record FederatedOptions
{
    /// <summary>Gets what clients give each other.</summary>
    /// <value>The default value is <see cref="FederatedExchange.Models"/>.</value>
    public FederatedExchange Exchange { get; init => field = Require.Defined(value); }

    /// <summary>Gets how each model is trained on old and new samples together.</summary>
    /// <value>The default value is <see cref="RecipeSearchOptions.DefaultTraining"/>.</value>
    public TrainerOptions Training { get; init => field = OriginalTraining.Several(value); } = RecipeSearchOptions.DefaultTraining;

    /// <summary>Gets how a client's first model is trained, on its labeled samples alone; as the others if not given.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public TrainerOptions? PlainTraining { get; init => field = value is null ? null : OriginalTraining.Several(value); }

    /// <summary>Gets the share of new samples among all that a client learns from.</summary>
    /// <value>In (0, 1). The default value is 0.95: with more of its own samples, a client of few classes sees those everywhere.</value>
    public double PoolShare { get; init => field = Require.BelowOne(Require.Positive(value), nameof(value)); } = 0.95;

    /// <summary>Gets how many new samples a client makes for each labeled one.</summary>
    /// <value>Positive. The default value is 20.</value>
    public int PoolFactor { get; init => field = Require.Positive(value); } = 20;

    /// <summary>
    /// Gets the number of new samples that all clients make together at least, however few labeled ones there are: each makes an equal part, or more by
    /// <see cref="PoolFactor"/>. A <see cref="FederatedClient"/> on its own makes as many alone.
    /// </summary>
    /// <value>Positive. The default value is 8 000.</value>
    public int MinPoolSize { get; init => field = Require.Positive(value); } = 8_000;

    /// <summary>Gets how all models together label new samples.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: by themselves where models alone are exchanged, half by themselves and half by the samples' parents where
    /// samples are, too.
    /// </value>
    public LabelingOptions? Labeling { get; init; }

    /// <summary>Gets the number from which all chance follows; each client adds its own number.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
