using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Distills an ensemble of clients into one model on samples without labels (FedDF).</summary>
/// <remarks>
/// <para>
/// The pool is labeled once by the ensemble; a copy of the model, most often the average of the clients' last models, then minimizes the cross entropy with
/// these labels. Lin et al., "Ensemble Distillation for Robust Model Fusion in Federated Learning", 2020, where the ensemble is the mean of the clients'
/// logits and fusion follows each round; here it follows the last one, and the ensemble is the caller's, such as a <see cref="PartialLabelEnsemble"/>.
/// </para>
/// <para>
/// The pool can be public data of the same kind or samples that a generator makes. It is never sent where the server has it and the models already.
/// </para>
/// </remarks>
public sealed class FederatedFusion
{
    private readonly Func<Module<Tensor, Tensor>> _model;
    private readonly FederatedFusionOptions _options;

    /// <summary>Creates a fusion.</summary>
    /// <param name="model">Makes a new model of the kind that is to be improved.</param>
    /// <param name="options">The options; the defaults if not given.</param>
    public FederatedFusion(Func<Module<Tensor, Tensor>> model, FederatedFusionOptions? options = null)
    {
        _model = Require.Present(model);
        _options = options ?? new FederatedFusionOptions();
    }

    /// <summary>Distills an ensemble into a copy of a model.</summary>
    /// <param name="start">The model whose weights the copy begins with; it is not changed.</param>
    /// <param name="ensemble">The ensemble, with logits [N, C].</param>
    /// <param name="pool">The samples. Labels that they have are used as <see cref="FederatedFusionOptions.Labeling"/> states.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <returns>The new model, in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The models are of different kinds.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public Module<Tensor, Tensor> Distill(
        Module<Tensor, Tensor> start, ITeacher ensemble, IDataSource pool, CancellationToken cancellationToken = default)
    {
        Require.Present(start);
        using TensorData labeled = Require.Present(pool).LabeledBy(Require.Present(ensemble), _options.Labeling).InMemory();
        cancellationToken.ThrowIfCancellationRequested();
        using var gradients = torch.enable_grad();
        Module<Tensor, Tensor> model = OriginalTraining.Make(_model, _options.Training.Seed);
        try
        {
            ModuleState.Write(model, start);
            using IStudent student = Student.From(model);
            new SupervisedTrainer(student, new HardLabelLoss(), _options.Training).Fit(labeled, cancellationToken: cancellationToken);
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
