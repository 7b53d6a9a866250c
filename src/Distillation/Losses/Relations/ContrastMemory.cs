using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>One model's side of a <see cref="ContrastiveLoss"/>: its embedding, and the last embedding of every sample.</summary>
internal sealed class ContrastMemory : Module
{
    private readonly Tensor _memory;
    private readonly Tensor _logNormalizer;
    private readonly Linear _embedding;

    public ContrastMemory(Tensor layer, long samples, long dimension)
        : base(nameof(ContrastMemory))
    {
        double bound = 1 / Math.Sqrt(dimension / 3.0);
        _memory = torch.rand([samples, dimension], device: layer.device).MulInPlace(2 * bound).SubInPlace(bound).to(layer.dtype).DetachFromDisposeScope();
        _logNormalizer = torch.zeros(1, layer.dtype, layer.device).DetachFromDisposeScope();
        _embedding = Linear(layer.size(1), dimension);
        _embedding.to(layer.dtype);
        _embedding.to(layer.device);
        RegisterComponents();
    }

    /// <summary>Embeds a layer, [N, D]: vectors of length one, [N, d].</summary>
    public Tensor Embed(Tensor layer) => UnitVectors.Of(_embedding.call(layer), 1);

    /// <summary>Returns the logarithm of what stands for the probability of each contrast, [N, K + 1], for the other model's embeddings.</summary>
    public Tensor Score(Tensor embedded, Tensor contrast, double temperature) => Product(embedded, contrast, temperature) - _logNormalizer;

    /// <summary>Sets the normalizer by which the mean of the scores is one over the number of samples.</summary>
    public void Normalize(Tensor embedded, Tensor contrast, double temperature) =>
        _logNormalizer.copy_(Product(embedded, contrast, temperature).exp().mean().Mul(_memory.size(0)).log());

    /// <summary>Moves what is remembered of samples toward their new embeddings.</summary>
    public void Update(Tensor embedded, Tensor indices, double momentum)
    {
        using var noGradient = torch.no_grad();
        Tensor moved = _memory.index_select(0, indices).Mul(momentum).Add(embedded.Mul(1 - momentum));
        _memory.index_copy_(0, indices, UnitVectors.Of(moved, 1));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _memory.Dispose();
            _logNormalizer.Dispose();
            _embedding.Dispose();
        }

        base.Dispose(disposing);
    }

    // Products with the whole memory take less room than N·(K + 1) rows of it. A copy, because the memory changes before the gradient is taken.
    private Tensor Product(Tensor embedded, Tensor contrast, double temperature) => embedded.mm(_memory.clone().t()).gather(1, contrast).Div(temperature);
}
