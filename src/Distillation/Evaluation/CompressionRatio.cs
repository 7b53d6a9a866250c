namespace Distillation.Evaluation;

/// <summary>The costs of a teacher divided by those of its student: 4 means four times as much.</summary>
public sealed record CompressionRatio
{
    /// <summary>Gets the ratio of the numbers of parameters.</summary>
    public required double Parameters { get; init; }

    /// <summary>Gets the ratio of the sizes in memory.</summary>
    public required double Bytes { get; init; }

    /// <summary>Gets the ratio of the multiply-adds for one sample; <see langword="null"/> where it is not known of both.</summary>
    public double? MultiplyAdds { get; init; }

    /// <summary>Gets the ratio of the times of a forward pass.</summary>
    public required double Latency { get; init; }

    /// <summary>Describes the ratios.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"{Brief.Of(Parameters)} times fewer parameters, {Brief.Of(Bytes)} times fewer bytes, "
        + (MultiplyAdds is null ? "" : $"{Brief.Of(MultiplyAdds)} times fewer multiply-adds, ") + $"{Brief.Of(Latency)} times faster.";

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(CompressionRatio), (nameof(Parameters), Parameters), (nameof(Bytes), Bytes), (nameof(MultiplyAdds), MultiplyAdds), (nameof(Latency), Latency));
}
