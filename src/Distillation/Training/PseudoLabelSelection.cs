namespace Distillation.Training;

/// <summary>
/// Which samples without a label a student learns from: those of which its teacher is confident enough, and of each class equally many.
/// </summary>
/// <remarks>
/// The class of a sample is the teacher's likeliest, its confidence the probability of that class. The choice is made before the round of a student, by the
/// outputs of its teacher for the samples without noise. Samples with a label are kept, each once. Source: Xie et al., "Self-training with Noisy Student
/// Improves ImageNet Classification", 2020, who fill up small classes by samples at random; here they repeat from the most confident on, so that a run that
/// goes on has the same data.
/// </remarks>
public sealed record PseudoLabelSelection
{
    /// <summary>Gets how confident the teacher must be at least.</summary>
    /// <value>In [0, 1]. The default value is 0.3, as in the paper.</value>
    public double MinConfidence { get; init => field = Require.InRange(value, 0, 1); } = 0.3;

    /// <summary>Gets how many samples each class has.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: as many as are confident enough. The default value is <see langword="null"/>; the paper takes 130 000 of each
    /// class of ImageNet. Of a class with more the most confident are taken, of those equally confident the first; a class with fewer repeats them. A class
    /// for which there is no sample has none.
    /// </value>
    public int? SamplesPerClass { get; init => field = value is { } count ? Require.Positive(count) : null; }
}
