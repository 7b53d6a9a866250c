namespace Distillation.Caching;

/// <summary>Stores the outputs of a teacher by the numbers of the samples.</summary>
/// <remarks>
/// <para>All samples have outputs of one shape. An instance is used by one thread at a time.</para>
/// <para>Code that opens a store keeps outputs of another teacher out: a store that outlasts the process compares a fingerprint of the teacher.</para>
/// </remarks>
public interface IOutputStore : IDisposable
{
    /// <summary>Gets the number of samples that it is for; their numbers are in [0, <see cref="Count"/>).</summary>
    long Count { get; }

    /// <summary>Gets the number of samples whose outputs it has.</summary>
    long Filled { get; }

    /// <summary>Gets the layers that it gives beside the logits.</summary>
    FeatureSet Features { get; }

    /// <summary>Gets the layers that it must be given: all of <see cref="Features"/>, less those that it makes of the logits.</summary>
    FeatureSet Needed => Features;

    /// <summary>Returns whether it has the outputs of a sample.</summary>
    /// <param name="sample">Any number.</param>
    /// <returns><see langword="true"/> if it has; <see langword="false"/> for a number outside of [0, <see cref="Count"/>) too.</returns>
    bool Contains(long sample);

    /// <summary>Returns the digest of the inputs for which a sample's outputs were kept.</summary>
    /// <param name="sample">The number of a sample that it has.</param>
    /// <returns>The digest, or <see langword="null"/> where the outputs were written without one.</returns>
    /// <exception cref="KeyNotFoundException">It does not have the sample; the message names it.</exception>
    ulong? InputDigest(long sample);

    /// <summary>Keeps outputs. Of a sample that it has already, the new ones are kept.</summary>
    /// <param name="samples">The numbers of N samples.</param>
    /// <param name="inputDigests">The digest of each sample's inputs, N of them.</param>
    /// <param name="output">Logits [N, ...] and at least the layers in <see cref="Needed"/>, [N, ...]. Other layers are not kept.</param>
    void Write(ReadOnlySpan<long> samples, ReadOnlySpan<ulong> inputDigests, ModelOutput output);

    /// <summary>Returns outputs.</summary>
    /// <param name="samples">The numbers of N samples that it has, [N] int64 on the processor; a number may come twice.</param>
    /// <param name="features">The layers to give beside the logits, all of them in <see cref="Features"/>.</param>
    /// <returns>The outputs, in the order of the numbers and the type they were written in, in the current dispose scope.</returns>
    /// <exception cref="KeyNotFoundException">It does not have one of the samples, or does not keep one of the layers; the message names it.</exception>
    /// <exception cref="ArgumentException">The numbers are not [N] int64 on the processor.</exception>
    ModelOutput Read(Tensor samples, FeatureSet features);

    /// <summary>Validates that what was written is not lost when the process ends; where that cannot be, does nothing.</summary>
    void Flush();
}
