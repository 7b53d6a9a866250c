using Distillation.Data;
using Distillation.Teachers;

namespace Distillation.Generation;

/// <summary>A committee by cross-validation: one model for each fold, fitted on the other folds. Each sample is judged by the model that has not seen it.</summary>
/// <remarks>The teacher is the mean of all models' probabilities; the temperature of the out-of-fold logits calibrates it.</remarks>
/// <param name="name">What is fitted, for reports.</param>
/// <param name="fit">Fits one model: gets the samples and a seed, and gives a teacher. Disposing that teacher releases all that it holds.</param>
/// <param name="folds">How many models; at least 2. The default value is 5.</param>
public sealed class CommitteeFitter(string name, Func<IDataSource, int, ITeacher> fit, int folds = 5) : ITeacherFitter
{
    private readonly Func<IDataSource, int, ITeacher> _fit = Require.Present(fit);
    private readonly int _folds = Require.InRange(folds, 2, int.MaxValue);

    /// <inheritdoc/>
    public string Name { get; } = Require.Present(name);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer samples than folds.</exception>
    public FittedTeacher Fit(Originals data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor labels = data.RequireLabels();
        var samples = new TensorData(data.Inputs, labels);
        Tensor outOfFold = torch.zeros([data.Count, data.Classes], torch.ScalarType.Float64, data.Inputs.device);
        var members = new List<ITeacher>();
        try
        {
            foreach (Fold fold in Split.StratifiedInFolds(labels.cpu().data<long>().ToArray(), _folds, seed))
            {
                cancellationToken.ThrowIfCancellationRequested();
                members.Add(Train(samples.Subset(fold.Train), unchecked(seed + members.Count)));
                using var inner = torch.NewDisposeScope();
                Tensor held = torch.tensor([.. fold.HeldOut]);
                Tensor logits = members[^1].Predict(samples.Read(held), FeatureSet.None).Logits;
                outOfFold.index_copy_(0, held.to(outOfFold.device), logits.to(outOfFold.dtype).to(outOfFold.device));
            }
        }
        catch
        {
            members.ForEach(member => member.Dispose());
            throw;
        }

        double temperature = TemperatureScaling.Fit(outOfFold, labels);
        var mean = new EnsembleTeacher(members);
        return new FittedTeacher(new ScaledTeacher(mean, temperature), outOfFold.div_(temperature), [mean, .. members]);
    }

    // Training needs gradients, whatever the caller has switched off.
    private ITeacher Train(IDataSource samples, int seed)
    {
        using var gradients = torch.enable_grad();
        return _fit(samples, seed) ?? throw new InvalidOperationException($"The delegate of the committee '{Name}' must give a teacher, but gave null.");
    }
}
