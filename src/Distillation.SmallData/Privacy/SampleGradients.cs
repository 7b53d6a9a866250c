using Distillation.Models;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The gradient of each sample, clipped, and their sum.</summary>
internal sealed class SampleGradients : IDisposable
{
    private readonly Module<Tensor, Tensor> _model;
    private readonly Tensor[] _sums;

    public SampleGradients(Module<Tensor, Tensor> model)
    {
        _model = model;
        OneDnnCheck.Run(model);
        Parameters = [.. model.parameters().Where(parameter => parameter.requires_grad)];
        if (Parameters.Count == 0)
        {
            throw new InvalidOperationException($"The model {model.GetType().Name} has no parameter that requires a gradient, so there is nothing to train.");
        }

        if (ModuleTree.WithDescendants(model).FirstOrDefault(layer => layer is BatchNorm) is { } mixing)
        {
            throw new InvalidOperationException(
                $"{mixing.GetType().Name} mixes the samples of a batch, so that no sample has a gradient of its own. Use GroupNorm or LayerNorm instead.");
        }

        _sums = [.. Parameters.Select(parameter => torch.zeros_like(parameter, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Gets what is trained.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Gets the sum of the clipped gradients since <see cref="Clear"/>, for each parameter.</summary>
    public IReadOnlyList<Tensor> Sums => _sums;

    /// <summary>Gets how many gradients were longer than the norm, of all samples.</summary>
    public long Clipped { get; private set; }

    public void Clear()
    {
        foreach (Tensor sum in _sums)
        {
            sum.zero_();
        }
    }

    /// <summary>Adds the gradient of one sample's cross entropy, scaled by <c>min(1, C/‖g‖)</c>.</summary>
    /// <returns>The loss.</returns>
    public double Add(Tensor input, Tensor label, double clipNorm)
    {
        using var scope = torch.NewDisposeScope();
        Tensor loss = functional.cross_entropy(_model.call(input), label);
        IList<Tensor> gradients = torch.autograd.grad([loss], [.. Parameters], allow_unused: true);
        using var noGradient = torch.no_grad();
        Tensor[] there = [.. gradients.Where(gradient => gradient is not null && !gradient.IsInvalid)];
        double length = torch.stack([.. there.Select(gradient => gradient.Square().sum())]).sum().sqrt_().to(torch.ScalarType.Float64).item<double>();
        if (!double.IsFinite(length))
        {
            throw new InvalidOperationException("The gradient of a sample is not finite. Lower the learning rate, or look for infinities in the data.");
        }

        Clipped += length > clipNorm ? 1 : 0;
        double factor = Math.Min(1, clipNorm / Math.Max(length, double.Epsilon));
        for (int i = 0; i < _sums.Length; i++)
        {
            if (gradients[i] is { IsInvalid: false } gradient)
            {
                _sums[i].AddInPlace(gradient, factor);
            }
        }

        return loss.to(torch.ScalarType.Float64).item<double>();
    }

    public void Dispose() => Array.ForEach(_sums, sum => sum.Dispose());
}
