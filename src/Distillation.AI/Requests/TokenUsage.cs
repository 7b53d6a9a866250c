using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Tokens as a client reports them.</summary>
public sealed record TokenUsage
{
    /// <summary>Gets the number of tokens of prompts.</summary>
    /// <value>Zero or positive; the default value is 0.</value>
    public long Input { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the number of tokens of answers.</summary>
    /// <value>Zero or positive; the default value is 0.</value>
    public long Output { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many tokens of <see cref="Input"/> were read from the cache of the provider.</summary>
    /// <value>Zero or positive; the default value is 0.</value>
    public long CachedInput { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many tokens of <see cref="Output"/> are reasoning.</summary>
    /// <value>Zero or positive; the default value is 0.</value>
    public long Reasoning { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets <see cref="Input"/> and <see cref="Output"/> together.</summary>
    public long Total => Input + Output;

    /// <summary>Reads the usage of a response; counts that the client leaves out, or reports as negative, are 0.</summary>
    internal static TokenUsage From(UsageDetails? usage) => new()
    {
        Input = Count(usage?.InputTokenCount),
        Output = Count(usage?.OutputTokenCount),
        CachedInput = Count(usage?.CachedInputTokenCount),
        Reasoning = Count(usage?.ReasoningTokenCount),
    };

    internal TokenUsage Plus(TokenUsage other) => new()
    {
        Input = Input + other.Input,
        Output = Output + other.Output,
        CachedInput = CachedInput + other.CachedInput,
        Reasoning = Reasoning + other.Reasoning,
    };

    private static long Count(long? count) => Math.Max(0, count ?? 0);
}
