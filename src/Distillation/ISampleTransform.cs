namespace Distillation;

/// <summary>
/// Changes inputs at random, each by its number: a crop, a flip, noise. With <see cref="TrainerOptions.Augmentation"/> it makes a new view of each sample in
/// every epoch.
/// </summary>
/// <remarks>
/// A transform has no state. What it makes of an input is a function of the input, its number and the seed, and of nothing else in the batch, so that a view is
/// the same in micro-batches, on any rank, for teacher and student, and after a run has been resumed. Draw from a generator that is seeded by both; libtorch's
/// global generator is none.
/// </remarks>
public interface ISampleTransform : ISelfDescribing
{
    /// <summary>Changes inputs.</summary>
    /// <param name="inputs">The inputs, [N, ...]; they must not be changed in place.</param>
    /// <param name="indices">The number of each sample in its source, [N] int64.</param>
    /// <param name="seed">The seed of the views: another one in each epoch.</param>
    /// <returns>The changed inputs, N of them, on the same device, owned by the current dispose scope.</returns>
    Tensor Transform(Tensor inputs, Tensor indices, int seed);
}
