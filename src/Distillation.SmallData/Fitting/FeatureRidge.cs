namespace Distillation.SmallData;

/// <summary>Fits a kernel ridge on features of a pretrained teacher: knowledge that the labeled samples do not have.</summary>
/// <remarks>
/// Kernel width, ridge and temperature are chosen by exact leave-one-out, as <see cref="KernelRidge"/> does it, and so are the features where there is a
/// <see cref="Selection"/>. The out-of-fold outputs then are a little better than they should be: the labels have chosen the features.
/// </remarks>
/// <param name="features">Computes the features, or the candidates of the selection; the caller disposes it, after the last use of the fitted teacher.</param>
public sealed class FeatureRidge(FeatureExtractor features) : ITeacherFitter
{
    private readonly FeatureExtractor _features = Require.Present(features);

    /// <inheritdoc/>
    public string Name { get; init => field = Require.Text(value); } = "kernel ridge on pretrained features";

    /// <summary>Gets the kernel widths and ridges to choose from. Width 0 alone, <c>Bandwidths = [0]</c>, makes it a linear probe.</summary>
    /// <value>The default value is a <see cref="KernelRidge"/> with its defaults. Its name and feature map are not used.</value>
    public KernelRidge Ridge { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets how features are chosen.</summary>
    /// <value>The default value is <see langword="null"/>: all are used.</value>
    public FeatureSelection? Selection { get; init; }

    /// <summary>Gets whether features are standardized over the samples of the fit before unit length.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Standardize { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are more than <see cref="KernelRidge.MaximumSamples"/> samples.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        FeatureExtractor fitted = Extractor(Require.Present(data), seed, cancellationToken);
        try
        {
            FittedTeacher teacher = (Ridge with { FeatureMap = fitted.Describe }).Fit(data, seed, cancellationToken);
            return new FittedTeacher(teacher.Teacher, teacher.OutOfFold, fitted);
        }
        catch
        {
            fitted.Dispose();
            throw;
        }
    }

    private FeatureExtractor Extractor(LabeledSamples data, int seed, CancellationToken cancellationToken)
    {
        FeatureExtractor all = Extractor(_features.Parts, data);
        if (Selection is null)
        {
            return all;
        }

        using (all)
        {
            return Extractor(Selection.Choose(all, data, seed, cancellationToken).Chosen, data);
        }
    }

    private FeatureExtractor Extractor(IReadOnlyList<FeaturePart> parts, LabeledSamples data)
    {
        FeatureExtractor plain = _features.With(parts);
        return Standardize ? plain.Standardized(data.Inputs) : plain;
    }
}
