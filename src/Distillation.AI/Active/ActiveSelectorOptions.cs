namespace Distillation.AI;

/// <summary>How an <see cref="ActiveSelector"/> chooses texts.</summary>
public sealed record ActiveSelectorOptions
{
    /// <summary>Gets by what texts are chosen.</summary>
    /// <value>The default value is <see cref="ActiveStrategy.Entropy"/>.</value>
    public ActiveStrategy Strategy { get; init => field = Require.Defined(value); } = ActiveStrategy.Entropy;

    /// <summary>
    /// Gets how many times as many candidates as texts are taken by the strategy, among which k-center greedy on embeddings chooses different ones. It has no
    /// meaning for <see cref="ActiveStrategy.Random"/>, <see cref="ActiveStrategy.KCenter"/> and <see cref="ActiveStrategy.KMeansPlusPlus"/>, and must be 1
    /// there.
    /// </summary>
    /// <value>Positive. The default value is 1: the texts that rank first, even if they are alike.</value>
    public int CandidateFactor { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the name of the choice, for reports: such as <c>Entropy</c>, or <c>Entropy, diverse of 5</c>.</summary>
    public string Name => CandidateFactor == 1 ? $"{Strategy}" : FormattableString.Invariant($"{Strategy}, diverse of {CandidateFactor}");

    /// <summary>Gets whether the strategy ranks texts by predictions.</summary>
    internal bool RanksPredictions =>
        Strategy is ActiveStrategy.Entropy or ActiveStrategy.Margin or ActiveStrategy.VoteEntropy or ActiveStrategy.Disagreement;
}
