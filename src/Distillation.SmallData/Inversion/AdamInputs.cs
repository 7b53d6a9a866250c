namespace Distillation.SmallData;

/// <summary>Inputs that follow their gradient by Adam (Kingma and Ba, 2015), with the decay rates 0.9 and 0.999.</summary>
internal sealed class AdamInputs : IDisposable
{
    private const double First = 0.9;
    private const double Second = 0.999;
    private const double Epsilon = 1e-8;

    private readonly Tensor _mean;
    private readonly Tensor _square;
    private int _steps;

    /// <summary>Takes the inputs; they are detached from their dispose scope.</summary>
    public AdamInputs(Tensor inputs)
    {
        Inputs = inputs.DetachFromDisposeScope();
        _mean = torch.zeros_like(inputs).DetachFromDisposeScope();
        _square = torch.zeros_like(inputs).DetachFromDisposeScope();
        Inputs.requires_grad = true;
    }

    /// <summary>Gets the inputs, which require a gradient.</summary>
    public Tensor Inputs { get; }

    /// <summary>Makes an update.</summary>
    public void Follow(Tensor gradient, double learningRate)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        _steps++;
        _mean.MulInPlace(First).AddInPlace(gradient, 1 - First);
        _square.MulInPlace(Second).AddInPlace(gradient.Square(), 1 - Second);
        Tensor deviation = _square.Div(1 - Math.Pow(Second, _steps)).sqrt_().AddInPlace(Epsilon);
        Inputs.AddInPlace(_mean.div(deviation), -learningRate / (1 - Math.Pow(First, _steps)));
    }

    public void Dispose()
    {
        Inputs.Dispose();
        _mean.Dispose();
        _square.Dispose();
    }
}
