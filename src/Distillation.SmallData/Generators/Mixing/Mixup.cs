namespace Distillation.SmallData;

/// <summary>Mixup (Zhang et al., 2018): <c>λ·a + (1 − λ)·b</c> of two originals of any classes, b drawn at random, λ evenly from [0, 1).</summary>
/// <remarks>The paper draws λ from Beta(α, α); α = 1 is this.</remarks>
public sealed class Mixup : ISampleGenerator
{
    private readonly ISampleGenerator _inner;

    /// <summary>Creates the generator.</summary>
    /// <param name="inner">What happens to both before they are mixed; nothing if not given.</param>
    public Mixup(ISampleGenerator? inner = null) => _inner = inner ?? new Identity();

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(random);
        GeneratedSamples first = _inner.Generate(originals, parents, random);
        GeneratedSamples second = _inner.Generate(originals, random.Below(originals.Count).to(originals.Inputs.device), random);
        Tensor share = random.Uniform(1, first.Inputs.dtype);
        Tensor wide = RowArithmetic.Wide(share, first.Inputs);
        return new GeneratedSamples(
            (first.Inputs * wide).AddInPlace(second.Inputs * wide.RSub(1)),
            torch.cat([first.Parents, second.Parents], 1),
            torch.cat([first.Shares * share, second.Shares * share.RSub(1)], 1));
    }
}
