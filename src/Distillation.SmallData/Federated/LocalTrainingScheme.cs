using Distillation.Training;

namespace Distillation.SmallData;

/// <summary>The local training of a client: a loss on labels, gradients that the algorithm changes, and a position that counts over all rounds.</summary>
internal sealed class LocalTrainingScheme(
    Learner learner, IReadOnlyList<Parameter> parameters, Schedule learningRate, FederatedAlgorithmState? state, int round, int rounds)
    : TrainingScheme(learner), ITrainingScheme
{
    /// <summary>Gets the number of updates.</summary>
    public long Steps { get; private set; }

    /// <summary>Gets the sum of their learning rates.</summary>
    public double LearningRateSum { get; private set; }

    void ITrainingScheme.Update(TrainingPosition position)
    {
        TrainingPosition whole = InAllRounds(position);
        if (state is not null)
        {
            using var noGradient = torch.no_grad();
            state.AdjustGradients(parameters);
        }

        learner.Update(whole);
        Steps++;
        LearningRateSum += learningRate.At(whole);
    }

    protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position) =>
        [new(learner.Forward(batch), null, batch, InAllRounds(position))];

    private TrainingPosition InAllRounds(TrainingPosition position)
    {
        long epochs = position.StepsPerEpoch == 0 ? 0 : (position.TotalSteps + position.StepsPerEpoch - 1) / position.StepsPerEpoch;
        return new(
            (int)(round * epochs) + position.Epoch, (round * position.TotalSteps) + position.Step, rounds * position.TotalSteps, position.StepsPerEpoch);
    }
}
