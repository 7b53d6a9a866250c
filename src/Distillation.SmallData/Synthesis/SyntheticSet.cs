namespace Distillation.SmallData;

/// <summary>The synthetic samples while they are optimized: they begin as real ones, drawn at random, and follow gradients with momentum.</summary>
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

    /// <summary>Draws the first ones.</summary>
    public static SyntheticSet Begin(LabeledSamples data, (long Label, long[] Rows)[] rows, int samplesPerClass, int seed)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        long[][] drawn = [.. rows.Select(kind => RandomSubset.Draw(kind.Label, kind.Rows, samplesPerClass, seed))];
        Tensor numbers = torch.tensor([.. drawn.SelectMany(some => some)], device: data.Inputs.device);
        double variance = data.Inputs.var(unbiased: false).to(torch.ScalarType.Float64).item<double>();
        var classes = new List<(int, int)>();
        int start = 0;
        foreach (long[] some in drawn)
        {
            classes.Add((start, some.Length));
            start += some.Length;
        }

        Tensor inputs = data.Inputs.index_select(0, numbers);
        inputs.requires_grad = true;
        return new(inputs, data.RequireLabels().index_select(0, numbers), classes, variance);
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
