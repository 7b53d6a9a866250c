namespace Distillation.SmallData;

/// <summary>
/// Draws from a kernel density estimate of each class (Parzen, 1962) in the space of the first principal components: an original, and normal noise in the
/// directions in which its class varies.
/// </summary>
/// <remarks>
/// <para>
/// <c>x + h·V·Σ^½·z</c> for z from the standard normal, the first K components V of all originals, the class's covariance Σ as <see cref="ClassGaussian"/> has
/// it, and the bandwidth h by <see cref="Rule"/> for the n samples of the class. What the components leave out stays the original's. Labels are needed.
/// </para>
/// <para>
/// In many dimensions the rules are wide: h is 0.88 for n = 20 and K = 20, so samples leave the data nearly as draws of <see cref="ClassGaussian"/> do, and
/// harm as they; <see cref="Scale"/> below 1 keeps them nearer.
/// </para>
/// </remarks>
public sealed class ClassKernelDensity : ISampleGenerator
{
    /// <summary>Creates the generator.</summary>
    /// <param name="components">How many principal components, K; positive; all where there are fewer. The default value is 20.</param>
    public ClassKernelDensity(int components = 20) => Components = Require.Positive(components);

    /// <summary>Gets how many principal components there are at most.</summary>
    public int Components { get; }

    /// <summary>Gets how the bandwidth follows from the number of samples.</summary>
    /// <value>The default value is <see cref="BandwidthRule.Scott"/>.</value>
    public BandwidthRule Rule { get; init => field = Require.Defined(value); }

    /// <summary>Gets by what the rule's bandwidth is multiplied.</summary>
    /// <value>Positive. The default value is 1.</value>
    public double Scale { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets how much of the covariance is that of all classes.</summary>
    /// <value>In [0, 1]. The default value is 0.5.</value>
    public double Shrinkage { get; init => field = Require.InRange(value, 0, 1); } = 0.5;

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(parents);
        Require.Present(random);
        Tensor labels = originals.RequireLabels(nameof(ClassKernelDensity)).index_select(0, parents);
        Tensor components = PrincipalComponents.First(originals, Components);
        Tensor inputs = originals.Inputs.index_select(0, parents);
        long dimensions = components.size(0);
        if (dimensions == 0)
        {
            return new GeneratedSamples(inputs, parents);
        }

        Tensor noise = RowArithmetic.Combine(random.Normal(dimensions, torch.ScalarType.Float64), ClassSpread.Roots(originals, Components, Shrinkage), labels);
        Tensor widths = originals.GetOrAdd((nameof(ClassKernelDensity), dimensions, Rule), all => Bandwidths(ClassSpread.Sizes(all), dimensions));
        noise.mul_(widths.index_select(0, labels).MulInPlace(Scale).unsqueeze(1));
        return new GeneratedSamples(
            inputs.to(torch.ScalarType.Float64).Add(RowArithmetic.Combine(noise, components).view(inputs.shape)).to(inputs.dtype), parents);
    }

    private Tensor Bandwidths(Tensor sizes, long dimensions)
    {
        Tensor effective = Rule == BandwidthRule.Scott ? sizes.ClampMin(1) : sizes.ClampMin(1).Mul((dimensions + 2) / 4.0);
        return effective.Pow(-1.0 / (dimensions + 4));
    }
}
