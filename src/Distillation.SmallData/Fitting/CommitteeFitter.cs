using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>A committee by cross-validation: one model for each fold, fitted on the other folds, all of them together as the teacher.</summary>
/// <remarks>
/// The teacher is the mean of all models' probabilities, of other tasks than one class of several of their outputs; the temperature of the out-of-fold logits
/// calibrates it.
/// </remarks>
/// <param name="name">What is fitted, for reports.</param>
/// <param name="fit">Fits one model: gets the samples and a seed, and gives a teacher. Disposing that teacher releases all that it holds.</param>
/// <param name="folds">How many models; at least 2. The default value is 5.</param>
public sealed class CommitteeFitter(string name, Func<IDataSource, int, ITeacher> fit, int folds = 5) : ITeacherFitter
{
    private readonly Func<IDataSource, int, ITeacher> _fit = Require.Present(fit);
    private readonly int _folds = Require.InRange(folds, 2, int.MaxValue);

    /// <inheritdoc/>
    public string Name { get; } = Require.Present(name);

    /// <summary>Gets how many models are fitted at once, each on one thread.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: one after the other, with all threads of libtorch. The default value is <see langword="null"/>. The function that
    /// fits must then be usable from several threads, and create networks with <see cref="Training.ParallelTrainings.Seeded"/>; the bits are those of one at a
    /// time with <c>Parallelism = 1</c>.
    /// </value>
    public int? Parallelism { get; init => field = value is { } several ? Require.Positive(several) : null; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer samples than folds.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        using var scope = torch.NewDisposeScope();
        (IReadOnlyList<ITeacher> members, Tensor outOfFold) = CrossValidation.Run(Require.Present(data), _fit, _folds, seed, Parallelism, cancellationToken);
        double temperature = data.Rules.Temperature(outOfFold, data.RequireScored(Name));
        var mean = new EnsembleTeacher(members, weights: null, data.Rules.IsClassification ? EnsembleMean.Probabilities : EnsembleMean.Logits);
        return new FittedTeacher(new ScaledTeacher(mean, temperature), outOfFold.DivInPlace(temperature), [mean, .. members]);
    }
}
