namespace Distillation.SmallData;

/// <summary>Replaces a labeled data set by a few samples of each class: chosen ones (a coreset), or synthetic ones (data-set distillation).</summary>
public interface IDataCondenser
{
    /// <summary>Gets the method, for reports.</summary>
    string Name { get; }

    /// <summary>Computes the few samples.</summary>
    /// <param name="data">Inputs [M, ...] and class ids; it is not changed.</param>
    /// <param name="samplesPerClass">The number of samples of each class; positive. A class with fewer samples gets as many as it has.</param>
    /// <param name="seed">Any number; the same one gives the same samples.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>
    /// Inputs [N, ...] in the shape of the originals and class ids [N] int64, sorted by class; the caller disposes them.
    /// <see cref="SmallDataExtensions.LabeledBy"/> replaces the class ids by a teacher's probabilities.
    /// </returns>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    TensorData Condense(LabeledSamples data, int samplesPerClass, int seed = 0, CancellationToken cancellationToken = default);
}
