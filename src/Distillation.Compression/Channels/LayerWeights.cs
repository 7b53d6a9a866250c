namespace Distillation.Compression.Channels;

/// <summary>The tensors of a layer that lie along its channels.</summary>
internal sealed class LayerWeights : IDisposable
{
    public Tensor? Weight { get; init; }

    public Tensor? Bias { get; init; }

    public Tensor? Mean { get; init; }

    public Tensor? Variance { get; init; }

    /// <summary>Copies the tensors, out of any dispose scope; the caller disposes the copies.</summary>
    public LayerWeights Clone() => Select(tensor => tensor.clone(), tensor => tensor.clone());

    /// <summary>Copies some channels of the tensors, out of any dispose scope; the caller disposes the copies.</summary>
    /// <param name="inputs">The input channels, [K] int64; <see langword="null"/> for all.</param>
    /// <param name="outputs">The output channels, likewise.</param>
    /// <param name="inputDimension">The dimension of the weight with the input channels; <see langword="null"/> where it has none.</param>
    /// <param name="outputDimension">The dimension of the weight with the output channels.</param>
    public LayerWeights Cut(Tensor? inputs, Tensor? outputs, int? inputDimension, int outputDimension) => Select(
        weight => Of(inputDimension is { } dimension ? Of(weight, inputs, dimension) : weight, outputs, outputDimension).clone(),
        tensor => Of(tensor, outputs, 0).clone());

    public void Dispose()
    {
        Weight?.Dispose();
        Bias?.Dispose();
        Mean?.Dispose();
        Variance?.Dispose();
    }

    private static Tensor Of(Tensor tensor, Tensor? channels, int dimension) =>
        channels is null ? tensor : tensor.index_select(dimension, channels.to(tensor.device));

    private LayerWeights Select(Func<Tensor, Tensor> ofWeight, Func<Tensor, Tensor> ofOthers)
    {
        using var noGradient = torch.no_grad();
        return new() { Weight = Made(Weight, ofWeight), Bias = Made(Bias, ofOthers), Mean = Made(Mean, ofOthers), Variance = Made(Variance, ofOthers) };
    }

    private static Tensor? Made(Tensor? tensor, Func<Tensor, Tensor> make)
    {
        using var scope = torch.NewDisposeScope();
        return tensor is null ? null : make(tensor).DetachFromDisposeScope();
    }
}
