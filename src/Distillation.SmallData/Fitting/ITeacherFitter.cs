namespace Distillation.SmallData;

/// <summary>Fits a teacher to a small data set, and computes its outputs for samples that it was not fitted to.</summary>
public interface ITeacherFitter
{
    /// <summary>Gets what is fitted, for reports.</summary>
    string Name { get; }

    /// <summary>Fits a teacher.</summary>
    /// <param name="data">Inputs and class ids.</param>
    /// <param name="seed">Any number; the same one gives the same teacher.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The teacher, which the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default);
}
