namespace Distillation.AI;

/// <summary>The price of a model, in any currency: that of the limits and the costs which are computed from it.</summary>
public sealed record ModelPrice
{
    private const decimal Million = 1_000_000;

    /// <summary>Gets the price of a million tokens of prompts.</summary>
    /// <value>Zero or positive.</value>
    public required decimal InputPerMillionTokens { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the price of a million tokens of answers, reasoning included.</summary>
    /// <value>Zero or positive.</value>
    public required decimal OutputPerMillionTokens { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the price of a million tokens of prompts that the provider has in its cache.</summary>
    /// <value>Zero or positive; the default value is <see langword="null"/>: the price of other tokens of prompts.</value>
    public decimal? CachedInputPerMillionTokens { get; init => field = value is { } price ? Require.NotNegative(price) : null; }

    /// <summary>Computes the cost of tokens: ((input − cached) · price + cached · cached price + output · output price) / 10⁶.</summary>
    /// <param name="usage">The tokens.</param>
    /// <returns>The cost.</returns>
    public decimal Cost(TokenUsage usage)
    {
        Require.Present(usage);
        long cached = Math.Min(usage.CachedInput, usage.Input);
        return (((usage.Input - cached) * InputPerMillionTokens) + (cached * (CachedInputPerMillionTokens ?? InputPerMillionTokens))
            + (usage.Output * OutputPerMillionTokens)) / Million;
    }
}
