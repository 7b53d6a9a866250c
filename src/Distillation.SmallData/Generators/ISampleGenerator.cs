namespace Distillation.SmallData;

/// <summary>Creates new inputs out of originals.</summary>
/// <remarks>
/// A generator has no state: what it makes is a function of its arguments. What it needs of all originals at once (neighbors, principal components) it reads
/// from <see cref="LabeledSamples"/>, which caches it.
/// </remarks>
public interface ISampleGenerator
{
    /// <summary>Creates new inputs, one for each parent.</summary>
    /// <param name="originals">The data.</param>
    /// <param name="parents">The number of each new sample's first original, [N] int64, on the device of the originals.</param>
    /// <param name="random">Where random numbers come from, a row for each new sample.</param>
    /// <returns>N new samples, owned by the current dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The originals are not of a kind that the generator takes.</exception>
    GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random);
}
