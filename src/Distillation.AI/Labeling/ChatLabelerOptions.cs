namespace Distillation.AI;

/// <summary>Settings of a <see cref="ChatLabeler"/>.</summary>
public sealed record ChatLabelerOptions
{
    /// <summary>Gets how requests are sent.</summary>
    /// <value>The default value has the default settings.</value>
    public ChatRequestOptions Requests { get; init => field = Require.Present(value).Checked(); } = new();

    /// <summary>Gets how probabilities are obtained.</summary>
    /// <value>The default value is <see cref="SingleAnswer"/>.</value>
    public LabelProbabilities Probabilities { get; init => field = Require.Present(value); } = new SingleAnswer();

    /// <summary>Gets the temperature of the answers.</summary>
    /// <value>
    /// Zero or positive; the default value is 0. <see langword="null"/> leaves it to the model, as some reasoning models require. <see cref="VoteShares"/> has
    /// a temperature of its own.
    /// </value>
    public float? Temperature { get; init => field = value is { } temperature ? Require.NotNegative(temperature) : null; } = 0;
}
