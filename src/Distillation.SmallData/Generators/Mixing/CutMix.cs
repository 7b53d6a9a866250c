namespace Distillation.SmallData;

/// <summary>CutMix (Yun et al., 2019): a rectangle of an image is replaced by that of another, drawn at random of any class.</summary>
/// <remarks>
/// <para>
/// The rectangle has the sides <c>H·√(1 − λ)</c> and <c>W·√(1 − λ)</c>, rounded down, λ evenly from [0, 1) (the paper's Beta(1, 1)), and its center anywhere;
/// what is outside the image is cut off. The shares of the label are the shares of the area that are left.
/// </para>
/// <para>
/// Its inputs are not near the data: with a teacher that sees shapes as wholes they can harm on few samples, as cross-class mixup does when it is the only
/// pool.
/// </para>
/// </remarks>
public sealed class CutMix : ISampleGenerator
{
    private readonly ISampleGenerator _inner;

    /// <summary>Creates the generator.</summary>
    /// <param name="inner">What happens to both before they are put together; nothing if not given.</param>
    public CutMix(ISampleGenerator? inner = null) => _inner = inner ?? new Identity();

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        SampleTransform.RequireImages(Require.Present(originals).Inputs, nameof(CutMix));
        Require.Present(random);
        GeneratedSamples first = _inner.Generate(originals, parents, random);
        GeneratedSamples second = _inner.Generate(originals, random.Below(originals.Count), random);
        (long height, long width) = (first.Inputs.size(2), first.Inputs.size(3));
        Tensor side = random.Uniform(1, torch.ScalarType.Float64).squeeze(1).RSub(1).sqrt_();
        Tensor inside = Rectangles.Around(
            random.Below(height),
            random.Below(width),
            side.Mul(height).floor_().to(torch.ScalarType.Int64),
            side.Mul(width).floor_().to(torch.ScalarType.Int64),
            first.Inputs);
        Tensor share = inside.flatten(1).sum(1, keepdim: true).to(first.Inputs.dtype).DivInPlace(height * width);
        return new GeneratedSamples(
            torch.where(inside, second.Inputs, first.Inputs),
            torch.cat([first.Parents, second.Parents], 1),
            torch.cat([first.Shares * share.RSub(1), second.Shares * share], 1));
    }
}
