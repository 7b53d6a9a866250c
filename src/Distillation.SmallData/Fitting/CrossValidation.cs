using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>Fits a model for each fold on the other folds, and runs it on the fold.</summary>
internal static class CrossValidation
{
    /// <summary>Fits the models.</summary>
    /// <returns>
    /// The models, which the caller disposes, and the logits of each sample by the model that has not seen it, [M, C] float64, in the current dispose scope.
    /// </returns>
    public static (IReadOnlyList<ITeacher> Members, Tensor OutOfFold) Run(
        LabeledSamples data, Func<IDataSource, int, ITeacher> fit, int folds, int seed, int? parallelism, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var samples = new TensorData(data.Inputs, data.RequireTruth());
        Tensor outOfFold = torch.zeros([data.Count, data.Outputs], torch.ScalarType.Float64, data.Inputs.device);
        IReadOnlyList<Fold> parts = Split.StratifiedInFolds(data.Strata(), folds, seed);
        var members = new ITeacher?[parts.Count];
        try
        {
            return (TrainingRuns.Run(parts.Count, parallelism, Fit, cancellationToken), outOfFold.MoveToOuterDisposeScope());
        }
        catch
        {
            Array.ForEach(members, member => member?.Dispose());
            throw;
        }

        ITeacher Fit(int number, CancellationToken stop)
        {
            ITeacher member = members[number] = fit(samples.Subset(parts[number].Train), unchecked(seed + number))
                ?? throw new InvalidOperationException("The delegate that fits a teacher must give one, but gave null.");
            using var inner = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Tensor held = torch.tensor([.. parts[number].HeldOut]);
            Tensor logits = member.Predict(samples.Read(held), FeatureSet.None, stop).Logits;
            if (logits.dim() != 2 || logits.size(1) != data.Outputs)
            {
                throw new InvalidOperationException(
                    $"A model of data of {data.Outputs} {(data.Rules.IsClassification ? "classes must give logits" : "targets must give outputs")} "
                    + $"[N, {data.Outputs}], but gave {Distillation.Shapes.Of(logits)}. "
                    + "Where the data lacks classes that the model has, set their number.");
            }

            // Folds have rows of their own.
            outOfFold.index_copy_(0, held.to(outOfFold.device), logits.to(outOfFold.dtype).to(outOfFold.device));
            return member;
        }
    }
}
