namespace Distillation.SmallData;

/// <summary>The synthetic samples while they are optimized: they begin as real ones, and follow gradients with momentum.</summary>
internal sealed class SyntheticSet : IDisposable
{
    private readonly Tensor _velocity;
    private readonly double _scale;

    private SyntheticSet(Tensor inputs, Tensor labels, IReadOnlyList<(int Start, int Count)> classes, double scale)
    {
        Inputs = inputs.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
        Classes = classes;
        _velocity = torch.zeros_like(inputs, requires_grad: false).DetachFromDisposeScope();
        _scale = scale;
    }

    /// <summary>Gets the inputs, [N, ...], which require a gradient.</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the class ids, [N] int64.</summary>
    public Tensor Labels { get; }

    /// <summary>Gets where the samples of each class are.</summary>
    public IReadOnlyList<(int Start, int Count)> Classes { get; }

    /// <summary>Takes the first ones, sorted by class.</summary>
    public static SyntheticSet Begin(IDataCondenser from, LabeledSamples data, int samplesPerClass, int seed, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using TensorData first = from.Condense(data, samplesPerClass, seed, cancellationToken);
        double variance = data.Inputs.var(unbiased: false).to(torch.ScalarType.Float64).item<double>();
        Tensor labels = first.Labels!.clone();
        (long Label, int Place)[] places = [.. labels.cpu().data<long>().ToArray().Select((label, place) => (label, place))];
        Tensor inputs = first.Inputs.clone();
        inputs.requires_grad = true;
        return new(inputs, labels, [.. places.GroupBy(one => one.Label).Select(group => (group.First().Place, group.Count()))], variance);
    }

    /// <summary>Follows a gradient: <c>v ← m·v + g</c>, <c>x ← x − η·s²·v</c> for the variance s² of all inputs.</summary>
    public void Follow(Tensor gradient, double learningRate, double momentum)
    {
        using var noGradient = torch.no_grad();
        _velocity.MulInPlace(momentum).AddInPlace(gradient);
        Inputs.AddInPlace(_velocity, -learningRate * _scale);
    }

    /// <summary>Returns the samples; the caller disposes them.</summary>
    public TensorData Take()
    {
        using var scope = torch.NewDisposeScope();
        return TensorData.Owning(Inputs.detach().clone(), Labels.clone());
    }

    public void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
        _velocity.Dispose();
    }
}
