using System.Globalization;

namespace Distillation.Arrow;

/// <summary>How logits stand on disk.</summary>
public sealed record OutputRepresentation
{
    private OutputRepresentation(string name, int listed = 0) => (Name, Listed) = (name, listed);

    /// <summary>Gets the representation that keeps every logit in 4 bytes; float32 logits come back bit for bit.</summary>
    public static OutputRepresentation DenseFloat32 { get; } = new("dense_float32");

    /// <summary>Gets the representation that keeps every logit in 2 bytes: 11 significant bits, up to 65504.</summary>
    public static OutputRepresentation DenseFloat16 { get; } = new("dense_float16");

    /// <summary>Gets the name that stands in <c>manifest.json</c>.</summary>
    public string Name { get; }

    /// <summary>Gets how many classes are listed.</summary>
    /// <value>Positive, or 0 where all logits are kept.</value>
    public int Listed { get; }

    /// <summary>
    /// Makes the representation that keeps the likeliest classes, their log-probabilities, and the log-probability of all the others together.
    /// </summary>
    /// <param name="k">How many classes are listed; positive.</param>
    /// <returns>The representation.</returns>
    public static OutputRepresentation TopK(int k) => new("top_k", Require.Positive(k));

    /// <inheritdoc/>
    public override string ToString() => Listed == 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}({Listed})");
}
