namespace Distillation;

/// <summary>A model that others learn from: a network, a file, a function, an ensemble, a recording.</summary>
/// <remarks>
/// <para>A teacher outputs constants: it runs in evaluation mode and no gradient reaches it.</para>
/// <para>To add to what a teacher does (cache, log, scale), derive from <see cref="Models.DelegatingTeacher"/> and wrap it.</para>
/// <para>An instance is used by one thread at a time. Disposing it releases what it made (hooks, sessions, files), never a model it was given.</para>
/// </remarks>
public interface ITeacher : IDisposable
{
    /// <summary>Gets the layers that can be required, or <see langword="null"/> where the teacher cannot list them.</summary>
    IReadOnlyCollection<Feature>? AvailableFeatures => null;

    /// <summary>
    /// Gets whether the outputs of a sample depend on that sample alone and cost nothing per call, so that a batch that is not full may be filled up with
    /// repeated samples.
    /// </summary>
    /// <remarks>
    /// Kernels of linear algebra round differently for a few rows. Filled up, the last batch of an epoch has the bits of a full one, and a cached teacher those
    /// of the teacher in the loop.
    /// </remarks>
    /// <value>
    /// The default value is <see langword="false"/>: the teacher predicts the samples that there are. A wrapper or an ensemble is filled up where all of its
    /// parts accept it.
    /// </value>
    bool AcceptsRepeatedSamples => false;

    /// <summary>Computes the outputs for a batch.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="features">The inner layers to give beside the logits.</param>
    /// <returns>Logits [N, C] and the required features, on the device of the batch, detached, owned by the current dispose scope.</returns>
    ModelOutput Predict(Batch batch, FeatureSet features);

    /// <summary>Computes the outputs for a batch, with cancellation.</summary>
    /// <remarks>
    /// A teacher that takes long for a batch, such as one behind a network, implements this method too, and checks the token on the way. Others
    /// finish the batch.
    /// </remarks>
    /// <param name="batch">The samples.</param>
    /// <param name="features">The inner layers to give beside the logits.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Logits [N, C] and the required features, on the device of the batch, detached, owned by the current dispose scope.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="PartialOutputException">Some samples failed; the exception has the outputs of the others.</exception>
    ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Predict(batch, features);
    }

    /// <summary>
    /// Computes a digest of all that determines the outputs of the teacher, above all its parameters. Teachers with the same digest have the same outputs; a
    /// cache of outputs is known by it.
    /// </summary>
    /// <returns>The digest, or <see langword="null"/> where that cannot be known.</returns>
    string? Fingerprint() => null;

    // A teacher without resources writes no Dispose, and `using` works all the same.
    void IDisposable.Dispose() => GC.SuppressFinalize(this);
}
