namespace Distillation.Evaluation;

/// <summary>How many times more a teacher costs than its student: 4 means four times as much.</summary>
/// <param name="Parameters">By the number of parameters.</param>
/// <param name="Bytes">By the size in memory.</param>
/// <param name="MultiplyAdds">By the work for one sample; <see langword="null"/> where it is not known of both.</param>
/// <param name="Latency">By the time of a forward pass.</param>
public sealed record CompressionRatio(double Parameters, double Bytes, double? MultiplyAdds, double Latency)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(CompressionRatio), (nameof(Parameters), Parameters), (nameof(Bytes), Bytes), (nameof(MultiplyAdds), MultiplyAdds), (nameof(Latency), Latency));
}
