namespace Distillation.AI;

/// <summary>Settings of a <see cref="ChatTextGenerator"/>.</summary>
public sealed record ChatTextGeneratorOptions
{
    /// <summary>Gets how requests are sent. The limit holds for generation and verification together, each at the price of its own requests.</summary>
    /// <value>The default value has the default settings.</value>
    public ChatRequestOptions Requests { get; init => field = Require.Present(value).Checked(); } = new();

    /// <summary>Gets the temperature of the answers.</summary>
    /// <value>Zero or positive; the default value is 1. <see langword="null"/> leaves it to the model.</value>
    public float? Temperature { get; init => field = value is { } temperature ? Require.NotNegative(temperature) : null; } = 1;

    /// <summary>Gets the properties of which a value is drawn for each text.</summary>
    /// <value>The default value has a length, a style and a register. It may be empty.</value>
    public IReadOnlyList<TextProperty> Properties { get; init => field = [.. Require.Present(value)]; } =
    [
        new() { Name = "length", Values = ["one short sentence", "one long sentence", "two or three sentences", "a paragraph"] },
        new() { Name = "style", Values = ["matter-of-fact", "detailed", "emotional", "hurried, with small mistakes"] },
        new() { Name = "register", Values = ["formal", "neutral", "colloquial"] },
    ];

    /// <summary>Gets how many texts one request is for.</summary>
    /// <value>Positive; the default value is 10.</value>
    public int TextsPerRequest { get; init => field = Require.Positive(value); } = 10;

    /// <summary>Gets how many originals of the label a request shows.</summary>
    /// <value>Zero or positive; the default value is 3.</value>
    public int OriginalsPerRequest { get; init => field = Require.NotNegative(value); } = 3;

    /// <summary>Gets the share of requests for texts that are near another label, and so hard to tell from it.</summary>
    /// <value>In [0, 1]; the default value is 0.25.</value>
    public double HardShare { get; init => field = Require.InRange(value, 0, 1); } = 0.25;

    /// <summary>Gets how often requests are sent for texts that are still missing.</summary>
    /// <value>Positive; the default value is 4.</value>
    public int MaxRounds { get; init => field = Require.Positive(value); } = 4;

    /// <summary>Gets the seed of the draws: of originals, properties and neighboring labels.</summary>
    /// <value>The default value is 0.</value>
    public int Seed { get; init; }

    /// <summary>Gets of what shingles are made.</summary>
    /// <value>The default value is <see cref="ShingleUnit.Characters"/>.</value>
    public ShingleUnit Shingles { get; init => field = Require.Defined(value); } = ShingleUnit.Characters;

    /// <summary>Gets the number of characters or words of a shingle.</summary>
    /// <value>Positive; the default value is 5.</value>
    public int ShingleLength { get; init => field = Require.Positive(value); } = 5;

    /// <summary>Gets the Jaccard similarity from which on a text is a duplicate of another one, or a copy of an original.</summary>
    /// <value>In [0, 1]; the default value is 0.6. It is estimated by MinHash of 256 functions, to a standard error of at most 0.032.</value>
    public double DuplicateSimilarity { get; init => field = Require.InRange(value, 0, 1); } = 0.6;
}
