using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>One model, fitted to all samples; its out-of-fold outputs are those of models fitted to folds, which are then dropped.</summary>
/// <remarks>For forests, boosted trees and any other model behind a delegate. The temperature of the out-of-fold logits calibrates it.</remarks>
/// <param name="name">What is fitted, for reports.</param>
/// <param name="fit">Fits one model: gets the samples and a seed, and gives a teacher. Disposing that teacher releases all that it holds.</param>
/// <param name="folds">How many folds; at least 2. The default value is 5.</param>
public sealed class ModelFitter(string name, Func<IDataSource, int, ITeacher> fit, int folds = 5) : ITeacherFitter
{
    private readonly Func<IDataSource, int, ITeacher> _fit = Require.Present(fit);
    private readonly int _folds = Require.InRange(folds, 2, int.MaxValue);

    /// <inheritdoc/>
    public string Name { get; } = Require.Present(name);

    /// <summary>
    /// Makes a fitter of the model that the project began with: an original is trained, and distilled into a simplified model, which is the teacher.
    /// </summary>
    /// <param name="original">Makes a new original.</param>
    /// <param name="distilled">Makes a new simplified model.</param>
    /// <param name="training">How each is trained; <see cref="RecipeSearchOptions.DefaultTraining"/> if not given.</param>
    /// <returns>
    /// The fitter. A teacher of the same family, trained on the same samples, adds no knowledge: expect no gain of accuracy from it.
    /// </returns>
    public static ModelFitter Distilled(
        Func<torch.nn.Module<Tensor, Tensor>> original, Func<torch.nn.Module<Tensor, Tensor>> distilled, TrainerOptions? training = null)
    {
        Require.Present(original);
        Require.Present(distilled);
        TrainerOptions options = OriginalTraining.Several(training ?? OriginalTraining.Default);
        return new("distilled model", (samples, seed) =>
        {
            using torch.nn.Module<Tensor, Tensor> first = OriginalTraining.Fit(original, samples, options, seed, CancellationToken.None);
            return new OwnedTeacher(OriginalTraining.Distil(first, distilled, samples, options, seed, CancellationToken.None));
        });
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer samples than folds.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        using var scope = torch.NewDisposeScope();
        (IReadOnlyList<ITeacher> members, Tensor outOfFold) = CrossValidation.Run(
            Require.Present(data), _fit, _folds, seed, parallelism: null, cancellationToken);
        foreach (ITeacher member in members)
        {
            member.Dispose();
        }

        cancellationToken.ThrowIfCancellationRequested();
        double temperature = data.Rules.Temperature(outOfFold, data.RequireScored(Name));
        ITeacher whole = _fit(new TensorData(data.Inputs, data.RequireTruth()), seed)
            ?? throw new InvalidOperationException("The delegate that fits a teacher must give one, but gave null.");
        return new FittedTeacher(new ScaledTeacher(whole, temperature), outOfFold.DivInPlace(temperature), whole);
    }
}
