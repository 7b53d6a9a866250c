using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Distillation.Losses;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Training;

/// <summary>Runs epochs and batches, validates, reports and cancels. An <see cref="ITrainingScheme"/> computes the gradients of a batch.</summary>
/// <param name="options">The options of the run.</param>
/// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
public sealed class TrainingLoop(TrainerOptions options, ILogger? logger = null)
{
    private readonly TrainerOptions _options = Require.Present(options);
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Trains the learners of a scheme on the data.</summary>
    /// <param name="scheme">The scheme; it stays the caller's.</param>
    /// <param name="train">The training data.</param>
    /// <param name="validation">The data on which the first learner is measured, with labels.</param>
    /// <param name="progress">
    /// Receives the reports, on this thread, at the end of each epoch and every <see cref="TrainerOptions.ReportEverySteps"/> steps.
    /// </param>
    /// <param name="cancellationToken">Ends the run between two steps; what is trained stays.</param>
    /// <returns>The result of the run.</returns>
    /// <exception cref="ArgumentException">
    /// The data is empty or smaller than one batch that must be full, or validation is asked for and there is no data for it.
    /// </exception>
    /// <exception cref="InvalidOperationException">A student is in training already, or student, teacher, loss and data do not fit.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or not a number.</exception>
    public TrainingResult Run(
        ITrainingScheme scheme,
        IDataSource train,
        IDataSource? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(scheme);
        Check(train, validation);
        RequireSplittable(scheme, train);
        using var modules = new ModulesInTraining();
        modules.EnterStudents(scheme.Learners);
        var order = new BatchOrder(train.Count, _options);
        using var rng = new ForkedRng(_options.Seed);
        using var modes = new LearnerModes(scheme.Learners);
        using var run = new TrainingRun(_options, scheme.Learners, order.StepsPerEpoch, _logger, progress);
        torch.Device device = ModuleTree.DeviceOf(scheme.Learners[0].Student.Module);

        modes.Evaluate();
        Prepare(scheme, train, order, modes, device);
        modules.EnterLosses(scheme.Learners);
        using var guard = new NonFiniteGuard(_options.NonFinite, run, scheme.Learners, _logger);
        if (_options.Checkpoints is not null)
        {
            Checkpointer.RequireKnownOptimizers(scheme.Learners);
        }

        using CheckpointDirectory? directory = _options.Checkpoints is { } checkpoints ? new(checkpoints, _logger) : null;
        using Checkpointer? checkpointer = directory is null ? null : new(directory, _options, run, scheme, guard, train.Count, _logger, cancellationToken);
        Log.TrainingStarted(_logger, train.Count, order.StepsPerEpoch, run.Position.TotalSteps);
        checkpointer?.Resume();
        Validator? validator = validation is null ? null : new(scheme.Learners[0], validation, _options, device, _logger);
        if (!run.IsOver && !run.HasSeenEnough)
        {
            Recall(scheme, train, order, device, run.Position.Step);
        }

        if (run.Position.Step == 0)
        {
            validator?.Begin(scheme.Teacher, cancellationToken);
        }

        try
        {
            return Go(scheme, train, validator, order, device, modes, run, guard, checkpointer, checkpointer?.Stop ?? cancellationToken);
        }
        catch (TrainingDivergedException)
        {
            guard.Restore();
            throw;
        }
    }

    private TrainingResult Go(
        ITrainingScheme scheme,
        IDataSource train,
        Validator? validator,
        BatchOrder order,
        torch.Device device,
        LearnerModes modes,
        TrainingRun run,
        NonFiniteGuard guard,
        Checkpointer? checkpointer,
        CancellationToken stop)
    {
        while (!run.HasSeenEnough && (!run.IsOver || run.IsEpochOpen))
        {
            modes.Train();
            bool canceled = !run.IsEpochOpen && !Pass(scheme, train, order, device, run, guard, checkpointer, stop);
            if (canceled || !EndEpoch(validator, modes, run, stop))
            {
                return End(run, TrainingStatus.Canceled, checkpointer);
            }

            guard.Keep();
            checkpointer?.EndEpoch();
        }

        return End(run, run.HasSeenEnough ? TrainingStatus.StoppedEarly : TrainingStatus.Completed, checkpointer);
    }

    // The students have their final weights also where the last checkpoint cannot be written.
    private static TrainingResult End(TrainingRun run, TrainingStatus status, Checkpointer? checkpointer)
    {
        checkpointer?.SaveLast();
        TrainingResult result = run.End(status);
        checkpointer?.Finish();
        return result;
    }

    private void Prepare(ITrainingScheme scheme, IDataSource train, BatchOrder order, LearnerModes modes, torch.Device device)
    {
        using var normalization = new NormalizationCheck(train.Count, _options);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using Tensor numbers = order.Of(0);
        Batch read = train.Read(order.Cut(numbers, 0));
        DataCheck.RequireFiniteInputs(read, nameof(train));
        Batch sample = Placed(read, train, device);
        if (_options.MicroBatchSize is not null)
        {
            // A cache must learn of these samples in the pieces of the run, before it is asked about all of them at once.
            _ = Pieces(sample).All(scheme.Replay);
        }

        modes.Watch(normalization);
        scheme.Prepare(sample);
        normalization.Require();
        DataCheck.RequireClassIds(train, scheme.Learners.SelectMany(learner => learner.ClassIds), nameof(train));
    }

    /// <summary>Shows a step the batches that a resumed run has had, as long as it wants them.</summary>
    private void Recall(ITrainingScheme scheme, IDataSource train, BatchOrder order, torch.Device device, long steps)
    {
        using var noGradient = torch.no_grad();
        for (int epoch = 0; epoch * order.StepsPerEpoch < steps; epoch++)
        {
            using Tensor numbers = order.Of(epoch);
            for (long i = 0; i < Math.Min(order.StepsPerEpoch, steps - (epoch * order.StepsPerEpoch)); i++)
            {
                using var scope = torch.NewDisposeScope();
                if (!Pieces(Read(train, order.Cut(numbers, i), device)).All(scheme.Replay))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Passes over the data once.</summary>
    /// <returns><see langword="false"/> if the run was canceled on the way.</returns>
    private bool Pass(
        ITrainingScheme scheme,
        IDataSource train,
        BatchOrder order,
        torch.Device device,
        TrainingRun run,
        NonFiniteGuard guard,
        Checkpointer? checkpointer,
        CancellationToken cancellationToken)
    {
        using Tensor numbers = order.Of(run.Position.Epoch);
        run.BeginPass();
        long began = run.Position.Epoch * order.StepsPerEpoch;
        long first = run.Position.Step - began;
        long steps = Math.Min(order.StepsPerEpoch, run.Position.TotalSteps - began) - first;
        using var feed = new BatchFeed(i => Read(train, order.Cut(numbers, first + i), device), steps, _options.Prefetch);
        for (long i = 0; i < steps; i++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            using var scope = torch.NewDisposeScope();
            Batch batch = feed.Next();
            guard.BeginUpdate();
            Learn(scheme, batch, run.Position);
            if (guard.Allows(batch))
            {
                scheme.Update(run.Position);
            }

            run.EndStep(batch.Count);
            if (i < steps - 1)
            {
                checkpointer?.EndStep();
            }
        }

        guard.EndPass();
        run.EndPass();
        return true;
    }

    private void Learn(ITrainingScheme scheme, Batch batch, TrainingPosition position)
    {
        if (_options.MicroBatchSize is null)
        {
            scheme.AccumulateGradients(batch, position);
            return;
        }

        foreach (Batch piece in Pieces(batch))
        {
            // The graph of a piece goes with the piece: that is what small pieces are for.
            using var scope = torch.NewDisposeScope();
            scheme.AccumulateGradients(piece, position);
        }
    }

    private Batch Read(IDataSource train, Tensor numbers, torch.Device device) => Placed(train.Read(numbers), train, device);

    private Batch Placed(Batch batch, IDataSource train, torch.Device device) => batch.To(device).OfFull(Math.Min(_options.BatchSize, train.Count));

    private IEnumerable<Batch> Pieces(Batch batch) =>
        _options.MicroBatchSize is { } size ? batch.Split(size).Select(piece => piece.OfFull(Math.Min(size, batch.FullCount))) : [batch];

    /// <summary>Measures the student where that is due, and reports the epoch.</summary>
    /// <returns><see langword="false"/> if the run was canceled on the way; the epoch is then open.</returns>
    private static bool EndEpoch(Validator? validator, LearnerModes modes, TrainingRun run, CancellationToken cancellationToken)
    {
        if (validator is null || !run.IsValidationDue)
        {
            run.EndEpoch(validation: null);
            return true;
        }

        using IDisposable averaged = run.UseAverage();
        modes.Evaluate();
        try
        {
            run.EndEpoch(validator.Run(cancellationToken));
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <exception cref="ArgumentException">A loss compares samples that would come in different micro-batches.</exception>
    private void RequireSplittable(ITrainingScheme scheme, IDataSource train)
    {
        if (_options.MicroBatchSize is not { } size || size >= Math.Min(_options.BatchSize, train.Count) || _options.CompareWithinMicroBatches)
        {
            return;
        }

        LossTerm? compares = scheme.Learners.SelectMany(learner => LossSum.Of(learner.Loss).Terms)
            .FirstOrDefault(term => term.Loss.ComparesSamples && term.Weight is not Schedule.Constant { Value: 0 });
        if (compares is not null)
        {
            throw new ArgumentException(
                $"The loss '{compares.Name}' compares the samples of a batch with each other, and with {nameof(TrainerOptions.MicroBatchSize)} {size} a batch "
                + $"of {_options.BatchSize} is split. "
                + $"Leave {nameof(TrainerOptions.MicroBatchSize)} out, or lower {nameof(TrainerOptions.BatchSize)}; "
                + $"or set {nameof(TrainerOptions.CompareWithinMicroBatches)}, for another update than that of the whole batch.", nameof(scheme));
        }
    }

    private void Check(IDataSource train, IDataSource? validation)
    {
        Require.Present(train);
        if (train.Count <= 0)
        {
            throw new ArgumentException("The training data must have at least one sample, but is empty.", nameof(train));
        }

        if (_options.LastBatch == LastBatch.Drop && train.Count < _options.BatchSize)
        {
            throw new ArgumentException(
                $"With {nameof(LastBatch)}.{nameof(LastBatch.Drop)} the training data must fill a batch of {_options.BatchSize}, "
                + $"but has {train.Count} samples.",
                nameof(train));
        }

        if (validation is { Count: <= 0 })
        {
            throw new ArgumentException("The validation data must have at least one sample, but is empty.", nameof(validation));
        }

        DataCheck.RequireFiniteInputs(train, nameof(train));
        if (validation is not null)
        {
            DataCheck.RequireFiniteInputs(validation, nameof(validation));
        }

        if (_options.Checkpoints is { } checkpoints && File.Exists(checkpoints.Directory))
        {
            throw new IOException($"Checkpoints need a directory, but '{checkpoints.Directory}' is a file.");
        }

        if (validation is null && (_options.BestBy ?? _options.EarlyStopping?.Metric) is { } metric)
        {
            throw new ArgumentException(
                $"{(_options.BestBy is null ? nameof(TrainerOptions.EarlyStopping) : nameof(TrainerOptions.BestBy))} watches {metric.Name} on validation "
                + "data, but there is none.",
                nameof(validation));
        }
    }
}
