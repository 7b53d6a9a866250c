using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Distillation.Models;

namespace Distillation.Training;

/// <content>What comes before the first update.</content>
internal sealed partial class TrainingSession
{
    /// <summary>Prepares the learners, loads the newest checkpoint, and validates once: what does not fit is refused before the first update.</summary>
    public void Begin(IDataSource? validation, CancellationToken cancellationToken)
    {
        _modes.Evaluate();
        Locally(() => Prepare(cancellationToken));
        SharedWeights?.RequireSameRun(Settings);
        if (Group is not null)
        {
            _exchange = new GradientExchange(Group, Scheme.Learners, _stop, Options.NonFinite is not NonFinitePolicy.Stop);
        }

        if (OneDnnCheck.WrongLayer is { } layer)
        {
            Log.OneDnnIsOff(Logger, layer);
        }

        Log.TrainingStarted(Logger, Train.Count, _order.StepsPerEpoch, State.Position.TotalSteps);
        if (_checkpointer is not null)
        {
            _checkpointer.Resume();
            SharedWeights?.RequireSame("weights of the checkpoint");
        }

        _validator = validation is null ? null : new(Scheme.Validated, validation, Options, _device, Logger, Group, _stop);
        Locally(() =>
        {
            if (IsFollowed || (!State.IsOver && !Selection.StopsEarly))
            {
                Replay(State.Position.Step);
            }

            _validator?.Begin();
        });
        if (State.Position.Step == 0 && Scheme.Teacher is { } teacher)
        {
            _validator?.CompareWith(teacher);
        }
    }

    // Of several ranks, none goes on where one fails.
    private void Locally(Action action)
    {
        if (Group is null)
        {
            action();
        }
        else
        {
            Group.Together(action);
        }
    }

    private void Prepare(CancellationToken cancellationToken)
    {
        PrepareLearners();
        _modules.EnterLosses(Scheme.Learners);
        _settings = RunSettings.WithConditions(Settings, Group?.Count ?? 1);
        Guard.Begin();
        if (Options.Checkpoints is { } checkpoints)
        {
            Array.ForEach([.. Scheme.Learners], learner => learner.RequireSavable());
            _directory = Group is null or { IsFirst: true } ? new CheckpointDirectory(checkpoints, Logger) : null;
            _checkpointer = new Checkpointer(this, _directory, cancellationToken);
        }

        _stop = new StopSignal(Group, cancellationToken, _checkpointer?.Stop ?? cancellationToken);
    }

    private void PrepareLearners()
    {
        using var normalization = new NormalizationCheck([.. _order.Sizes()], Train.Count, Options, Group?.Count ?? 1);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using Tensor numbers = _order.Of(0);
        Batch read = _reader.ReadOnHost(numbers, epoch: 0, step: 0);
        DataCheck.RequireFiniteInputs(read, "train");
        Batch sample = _reader.Placed(read);
        if (_reader.Splits)
        {
            // A cache must learn of these samples in the pieces of the run, before it gets all of them at once.
            Batch[] pieces = [.. _reader.SplitOfAll(sample)];
            _ = Scheme is IResumableScheme resumable && pieces.All(resumable.Replay);
        }

        _modes.Watch(normalization);
        Scheme.Prepare(sample);
        foreach (Learner learner in Scheme.Learners)
        {
            OneDnnCheck.Run(learner.Student.Module);
            if (learner.Loss.Module is { } learned)
            {
                OneDnnCheck.Run(learned);
            }
        }

        normalization.Require();
        DataCheck.RequireClassIds(Train, Scheme.Learners.SelectMany(learner => learner.ClassIds), "train");
    }

    /// <summary>Passes the batches before a checkpoint to a scheme that needs them.</summary>
    private void Replay(long steps)
    {
        if (Scheme is not IResumableScheme resumable)
        {
            return;
        }

        using var noGradient = torch.no_grad();
        for (int epoch = 0; epoch * _order.StepsPerEpoch < steps; epoch++)
        {
            using Tensor numbers = _order.Of(epoch);
            for (long i = 0; i < Math.Min(_order.StepsPerEpoch, steps - (epoch * _order.StepsPerEpoch)); i++)
            {
                using var scope = torch.NewDisposeScope();
                if (!_reader.Split(_reader.Read(numbers, epoch, i)).All(resumable.Replay))
                {
                    return;
                }
            }
        }
    }
}
