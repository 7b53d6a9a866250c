namespace Distillation.Evaluation;

/// <summary>What a model costs to keep and to run.</summary>
public sealed record ModelCost
{
    /// <summary>Gets the number of parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Gets the size of parameters and buffers in their data types, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// Gets the multiply-adds for one sample in linear layers, convolutions and transposed convolutions; biases, activations, normalization and pooling are not
    /// counted.
    /// </summary>
    /// <value><see langword="null"/> for a TorchScript module, whose layers cannot be watched.</value>
    public required long? MultiplyAdds { get; init; }

    /// <summary>Gets the layers with parameters whose work is not in <see cref="MultiplyAdds"/>, by path.</summary>
    public required IReadOnlyList<string> UncountedLayers { get; init; }

    /// <summary>Gets the time of one forward pass of the sample input in evaluation mode without gradients: the median of the runs.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>Measures a model.</summary>
    /// <param name="module">A network or a TorchScript module, [N, ...] to [N, ...]; its mode is as it was afterward.</param>
    /// <param name="sampleInput">The input to measure with, [N, ...], on the device of the model; N = 1 for the latency of a single sample.</param>
    /// <param name="runs">How many timed runs, after a tenth of that (at least 3) to warm up; positive. The default is 50.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="ArgumentException">The module does not map one tensor to one tensor.</exception>
    public static ModelCost Measure(torch.nn.Module module, Tensor sampleInput, int runs = 50)
    {
        Func<Tensor, Tensor> forward = Require.Present(module) switch
        {
            torch.nn.Module<Tensor, Tensor> network => network.call,
            torch.jit.ScriptModule<Tensor, Tensor> script => script.call,
            _ => throw new ArgumentException(
                $"A module that maps one tensor to one tensor can be measured, but {module.GetType().Name} does not.", nameof(module)),
        };
        return CostMeasurement.Of(module, forward, Require.Present(sampleInput), Require.Positive(runs));
    }

    /// <summary>Computes how much smaller and faster another model is.</summary>
    /// <param name="smaller">The cost of the other model, such as the student's.</param>
    /// <returns>This model's cost divided by the other's.</returns>
    public CompressionRatio DividedBy(ModelCost smaller)
    {
        Require.Present(smaller);
        return new()
        {
            Parameters = (double)Parameters / smaller.Parameters,
            Bytes = (double)Bytes / smaller.Bytes,
            MultiplyAdds = (double?)MultiplyAdds / smaller.MultiplyAdds,
            Latency = Latency / smaller.Latency,
        };
    }

    /// <summary>Describes the cost.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"{Brief.Of(Parameters)} parameters, {Brief.Of(Bytes)} bytes, "
        + (MultiplyAdds is null ? "" : $"{Brief.Of(MultiplyAdds)} multiply-adds a sample, ") + $"{Brief.Of(Latency)} a forward pass.";

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(ModelCost),
        (nameof(Parameters), Parameters),
        (nameof(Bytes), Bytes),
        (nameof(MultiplyAdds), MultiplyAdds),
        (nameof(UncountedLayers), UncountedLayers),
        (nameof(Latency), Latency));
}
