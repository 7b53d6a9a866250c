using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Finds the weight decay of a plain original, so that what a recipe gains is not what the plain one lacks.</summary>
internal static class PlainTuning
{
    private const int Folds = 3;

    /// <summary>Gets the weight decays that are tried where none are given.</summary>
    public static IReadOnlyList<double> WeightDecays { get; } = [0.1, 0.5, 2, 8];

    /// <summary>Returns the training with the weight decay whose calibrated likelihood out of fold is the best; of a regression the squared error.</summary>
    /// <returns>The training itself where its optimizer is not AdamW, no weight decays are given, or there are fewer samples than folds.</returns>
    public static TrainerOptions Tune(
        Func<Module<Tensor, Tensor>> original,
        LabeledSamples data,
        TrainerOptions training,
        IReadOnlyList<double> weightDecays,
        int seed,
        CancellationToken cancellationToken)
    {
        if (training.Optimizer is not AdamWOptimizer optimizer || weightDecays.Count == 0 || data.Count < Folds)
        {
            return training;
        }

        return weightDecays.Select(decay => training with { Optimizer = optimizer with { WeightDecay = decay } }).MinBy(Cost)!;

        double Cost(TrainerOptions tried)
        {
            using var scope = torch.NewDisposeScope();
            (IReadOnlyList<ITeacher> models, Tensor outOfFold) = CrossValidation.Run(
                data,
                (samples, number) => new OwnedTeacher(OriginalTraining.Fit(original, samples, tried, number, cancellationToken, data.Task)),
                Folds,
                seed,
                parallelism: null,
                cancellationToken);
            foreach (ITeacher model in models)
            {
                model.Dispose();
            }

            return data.Rules.CalibratedCost(outOfFold, data.RequireScored("The tuning"));
        }
    }
}
