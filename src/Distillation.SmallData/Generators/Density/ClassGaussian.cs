namespace Distillation.SmallData;

/// <summary>Draws from a normal distribution of each class in the space of the first principal components of all originals.</summary>
/// <remarks>
/// <para>
/// <c>μ + V·(m + Σ^½·z)</c> for z from the standard normal, the originals' mean μ, their first K components V, and the class's mean m in that space. Its
/// covariance is shrunk as in regularized discriminant analysis (Friedman, 1989): <c>Σ = (1 − s)·S + s·W</c>, S of the class and W of all classes around their
/// means (both divided by the number of samples).
/// </para>
/// <para>A sample's one original is of the class; nothing else of it is in the sample. What the components leave out is dropped. Labels are needed.</para>
/// <para>
/// Its inputs are off the data: on Fashion-MNIST with 200 labels such a pool cost 2 to 3 points of accuracy. It can serve tables whose classes are blobs.
/// </para>
/// </remarks>
public sealed class ClassGaussian : ISampleGenerator
{
    /// <summary>Creates the generator.</summary>
    /// <param name="components">How many principal components, K; positive; all where there are fewer. The default value is 20.</param>
    public ClassGaussian(int components = 20) => Components = Require.Positive(components);

    /// <summary>Gets how many principal components there are at most.</summary>
    public int Components { get; }

    /// <summary>Gets how much of the covariance is that of all classes, s. A class of one sample has no other.</summary>
    /// <value>In [0, 1]. The default value is 0.5.</value>
    public double Shrinkage { get; init => field = Require.InRange(value, 0, 1); } = 0.5;

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(parents);
        Require.Present(random);
        Tensor labels = originals.RequireLabels(nameof(ClassGaussian)).index_select(0, parents);
        Tensor components = PrincipalComponents.First(originals, Components);
        Tensor coordinates = ClassSpread.Means(originals, Components).index_select(0, labels);
        if (components.size(0) > 0)
        {
            coordinates.AddInPlace(RowArithmetic.Combine(
                random.Normal(components.size(0), torch.ScalarType.Float64), ClassSpread.Roots(originals, Components, Shrinkage), labels));
        }

        Tensor inputs = PrincipalComponents.Mean(originals).Add(RowArithmetic.Combine(coordinates, components)).to(originals.Inputs.dtype);
        return new GeneratedSamples(inputs.view([-1, .. originals.Inputs.shape.Skip(1)]), parents);
    }
}
