using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>One run: a scheme, its data and options, and all that changes on the way.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly BatchOrder _order;
    private readonly ModulesInTraining _modules = new();
    private readonly GeneratorLease _rng;
    private readonly LearnerModes _modes;
    private readonly BatchReader _reader;
    private readonly ProgressReporter _reporter;
    private readonly torch.Device _device;
    private CheckpointDirectory? _directory;
    private Checkpointer? _checkpointer;
    private Validator? _validator;
    private Dictionary<string, string> _settings = [];

    /// <exception cref="ArgumentException">The data has no lengths, and the order needs them.</exception>
    /// <exception cref="InvalidOperationException">A student is in training already.</exception>
    public TrainingSession(TrainerOptions options, ITrainingScheme scheme, IDataSource train, ILogger logger, IProgress<TrainingProgress>? progress)
    {
        Options = options;
        Scheme = scheme;
        Train = train;
        Logger = logger;
        _order = new BatchOrder(train, options);
        try
        {
            _modules.EnterStudents(scheme.Learners);
        }
        catch
        {
            _modules.Dispose();
            throw;
        }

        _modes = new LearnerModes(scheme.Learners);
        _device = ModuleTree.DeviceOf(scheme.Validated.Student.Module);
        _reader = new BatchReader(train, _order, options, _device);
        State = new RunState(options, _order.StepsPerEpoch);
        Selection = new ModelSelection(options, scheme.Validated);
        _reporter = new ProgressReporter(options, scheme, State, logger, progress);
        Guard = new NonFiniteGuard(options.NonFinite, State, _reporter, scheme.Learners, logger);
        foreach (Learner learner in scheme.Learners)
        {
            learner.CompleteWith(options);
        }

        _rng = new GeneratorLease(options.Seed, isKept: options.Checkpoints is not null); // last, for it may lock
    }

    public TrainerOptions Options { get; }

    public ITrainingScheme Scheme { get; }

    public IDataSource Train { get; }

    public ILogger Logger { get; }

    public RunState State { get; }

    public ModelSelection Selection { get; }

    public NonFiniteGuard Guard { get; }

    /// <summary>Prepares the learners, loads the newest checkpoint, and validates once: what does not fit is refused before the first update.</summary>
    public void Begin(IDataSource? validation, CancellationToken cancellationToken)
    {
        _modes.Evaluate();
        Prepare();
        _modules.EnterLosses(Scheme.Learners);
        _settings = RunSettings.WithConditions(Options, Scheme, Train.Count);
        Guard.Begin();
        if (Options.Checkpoints is { } checkpoints)
        {
            Array.ForEach([.. Scheme.Learners], learner => learner.RequireSavable());
            _directory = new CheckpointDirectory(checkpoints, Logger);
            _checkpointer = new Checkpointer(this, _directory, cancellationToken);
        }

        Log.TrainingStarted(Logger, Train.Count, _order.StepsPerEpoch, State.Position.TotalSteps);
        _checkpointer?.Resume();
        _validator = validation is null ? null : new(Scheme.Validated, validation, Options, _device, Logger);
        if (!State.IsOver && !Selection.StopsEarly)
        {
            Replay(State.Position.Step);
        }

        _validator?.Begin(State.Position.Step == 0 ? Scheme.Teacher : null, cancellationToken);
    }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="TrainingCanceledException">The token canceled the run.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or not a number.</exception>
    public TrainingResult Run(CancellationToken cancellationToken)
    {
        CancellationToken stop = _checkpointer?.Stop ?? cancellationToken;
        try
        {
            while (!Selection.StopsEarly && (!State.IsOver || State.IsEpochOpen))
            {
                _modes.Train();
                bool isCanceled = !State.IsEpochOpen && !Pass(stop);
                if (isCanceled || !EndEpoch(stop))
                {
                    TrainingResult result = End(cancellationToken.IsCancellationRequested ? TrainingStatus.Canceled : TrainingStatus.Terminated);
                    return result.Status == TrainingStatus.Canceled ? throw new TrainingCanceledException(result, cancellationToken) : result;
                }

                Guard.Keep();
                _checkpointer?.EndEpoch();
            }
        }
        catch (TrainingDivergedException)
        {
            Guard.Restore();
            throw;
        }

        return End(Selection.StopsEarly ? TrainingStatus.StoppedEarly : TrainingStatus.Completed);
    }

    public void Dispose()
    {
        _checkpointer?.Dispose();
        _directory?.Dispose();
        Guard.Dispose();
        Selection.Dispose();
        _modes.Dispose();
        _rng.Dispose();
        _modules.Dispose();
    }

    private void Prepare()
    {
        using var normalization = new NormalizationCheck(Train.Count, Options);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using Tensor numbers = _order.Of(0);
        Batch read = _reader.ReadOnHost(numbers, 0);
        DataCheck.RequireFiniteInputs(read, "train");
        Batch sample = _reader.Placed(read);
        if (_reader.Splits && Scheme is IResumableScheme resumable)
        {
            // A cache must learn of these samples in the pieces of the run, before it gets all of them at once.
            _ = _reader.Split(sample).All(resumable.Replay);
        }

        _modes.Watch(normalization);
        Scheme.Prepare(sample);
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
                if (!_reader.Split(_reader.Read(numbers, i)).All(resumable.Replay))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Passes over the data once.</summary>
    /// <returns><see langword="false"/> if the run was canceled on the way.</returns>
    private bool Pass(CancellationToken cancellationToken)
    {
        using Tensor numbers = _order.Of(State.Position.Epoch);
        State.BeginPass();
        long began = State.Position.Epoch * _order.StepsPerEpoch;
        long first = State.Position.Step - began;
        long steps = Math.Min(_order.StepsPerEpoch, State.Position.TotalSteps - began) - first;
        using var feed = new BatchFeed(i => _reader.Read(numbers, first + i), steps, Options.Prefetch);
        for (long i = 0; i < steps; i++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            using var scope = torch.NewDisposeScope();
            Batch batch = feed.Next();
            _rng.BeginUpdate();
            Guard.BeginUpdate();
            AccumulateGradients(batch);
            if (Guard.Allows(batch))
            {
                Scheme.Update(State.Position);
            }

            _rng.EndUpdate();

            State.EndStep(batch.Count);
            _reporter.EndStep();
            if (i < steps - 1)
            {
                _checkpointer?.EndStep();
            }
        }

        Guard.EndPass();
        State.EndPass();
        return true;
    }

    private void AccumulateGradients(Batch batch)
    {
        if (!_reader.Splits)
        {
            Scheme.AccumulateGradients(batch, State.Position);
            return;
        }

        foreach (Batch piece in _reader.Split(batch))
        {
            // The graph of a piece goes with the piece: that is what small pieces are for.
            using var scope = torch.NewDisposeScope();
            Scheme.AccumulateGradients(piece, State.Position);
        }
    }

    /// <summary>Validates where that is due, and reports the epoch.</summary>
    /// <returns><see langword="false"/> if the run was canceled on the way; the epoch is then open.</returns>
    private bool EndEpoch(CancellationToken cancellationToken)
    {
        if (_validator is null || !State.IsValidationDue)
        {
            EndEpoch(validation: null);
            return true;
        }

        using var averaged = new AveragedWeights(Scheme.Learners);
        _modes.Evaluate();
        try
        {
            EndEpoch(_validator.Run(cancellationToken));
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void EndEpoch(EvaluationReport? validation)
    {
        TrainingProgress report = _reporter.EndEpoch(validation);
        State.EndEpoch(report);
        Selection.Consider(report, State.IsOver);
        _reporter.Publish(report);
    }

    // The students have their final weights also where the last checkpoint cannot be written.
    private TrainingResult End(TrainingStatus status)
    {
        _checkpointer?.SaveLast();
        foreach (Learner learner in Scheme.Learners)
        {
            learner.ApplyAverage();
        }

        if (Selection.Best is { } best)
        {
            Selection.Restore();
            Log.BestRestored(Logger, best.Position.Epoch, Options.SelectedBy!.Name, best.Validation![Options.SelectedBy]);
        }

        Log.TrainingEnded(Logger, status, State.Position.Step, State.Elapsed);
        var result = new TrainingResult
        {
            Status = status,
            Position = State.Position,
            History = State.History,
            Best = Selection.Best,
            Elapsed = State.Elapsed,
            Settings = _settings,
        };
        _checkpointer?.Finish();
        return result;
    }
}
