using Distillation.Losses;
using Distillation.Training;

namespace Distillation.SmallData;

/// <summary>The local training of clients in the working copy, and what the algorithm remembers.</summary>
internal sealed class ClientTraining : IDisposable
{
    private readonly FederatedAveragingOptions _options;
    private readonly GlobalModel _model;
    private readonly FederatedAlgorithmState? _state;
    private readonly IStudent _student;

    public ClientTraining(GlobalModel model, FederatedAveragingOptions options)
    {
        using var noGradient = torch.no_grad();
        (_model, _options) = (model, options);
        _student = Student.From(model.Local);
        _state = options.Algorithm.CreateState(model.Parameters);
    }

    /// <summary>Trains the working copy from the global model.</summary>
    /// <returns>The mean loss of the last epoch.</returns>
    public double Train(int round, int client, IDataSource samples, CancellationToken cancellationToken)
    {
        using (torch.no_grad())
        {
            _model.Send();
            _state?.BeginClient(client, _model.Parameters);
        }

        // Training needs gradients, whatever the caller has switched off.
        using var gradients = torch.enable_grad();
        using var scope = torch.NewDisposeScope();
        TrainerOptions training = _options.Training with { Seed = unchecked((int)SplitMix64.Mix(SplitMix64.Mix(_options.Seed, client), (ulong)round)) };
        using var scheme = new LocalTrainingScheme(
            new Learner(_student, new HardLabelLoss()),
            _model.LocalParameters,
            training.Optimizer.LearningRate,
            _state,
            round,
            _options.Rounds);
        TrainingResult result = new TrainingLoop(training).Run(scheme, samples, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var noGradient = torch.no_grad();
        _state?.EndClient(new FederatedClientUpdate
        {
            Client = client,
            Steps = scheme.Steps,
            LearningRateSum = scheme.LearningRateSum,
            Global = _model.Parameters,
            Local = _model.LocalParameters,
        });
        return result.History[^1].Loss;
    }

    /// <summary>Ends a round.</summary>
    /// <param name="joined">The number of clients that have joined so far.</param>
    public void EndRound(int joined)
    {
        using var noGradient = torch.no_grad();
        _state?.EndRound(joined);
    }

    public void Dispose()
    {
        _student.Dispose();
        _state?.Dispose();
    }
}
