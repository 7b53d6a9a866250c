using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Training;

/// <summary>One run: a scheme, its data and options, and all that changes on the way.</summary>
internal sealed partial class TrainingSession : IDisposable
{
    private readonly BatchOrder _order;
    private readonly ModulesInTraining _modules = new();
    private readonly GeneratorLease _rng;
    private readonly LearnerModes _modes;
    private readonly BatchReader _reader;
    private readonly ProgressReporter _reporter;
    private readonly torch.Device _device;
    private StopSignal _stop = new(group: null, default, default);
    private GradientExchange? _exchange;
    private CheckpointDirectory? _directory;
    private Checkpointer? _checkpointer;
    private Validator? _validator;
    private Dictionary<string, string> _settings = [];

    /// <exception cref="ArgumentException">The data has no lengths, and the order needs them.</exception>
    /// <exception cref="InvalidOperationException">A student is in training already.</exception>
    public TrainingSession(
        TrainerOptions options, RankGroup? group, ITrainingScheme scheme, IDataSource train, ILogger logger, IProgress<TrainingProgress>? progress)
    {
        Options = options;
        Scheme = scheme;
        Train = train;
        Group = group;
        bool reports = Group is null or { IsFirst: true };
        Logger = reports ? logger : NullLogger.Instance;
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
        _reader = new BatchReader(train, _order, options, _device, Group);
        State = new RunState(options, _order.StepsPerEpoch);
        Selection = new ModelSelection(options, scheme.Validated);
        _reporter = new ProgressReporter(options, scheme, State, Logger, reports ? progress : null, Group);
        Guard = new NonFiniteGuard(options.NonFinite, State, _reporter, scheme.Learners, Logger);
        foreach (Learner learner in scheme.Learners)
        {
            learner.CompleteWith(options);
        }

        if (Group is not null)
        {
            SharedWeights = new(Group, scheme.Learners);
        }

        _rng = new GeneratorLease(options.Seed, isKept: options.Checkpoints is not null); // last, for it may lock
    }

    public TrainerOptions Options { get; }

    public ITrainingScheme Scheme { get; }

    public IDataSource Train { get; }

    public ILogger Logger { get; }

    public RunState State { get; }

    /// <summary>Gets the settings that this run and its checkpoints must have in common. The first read is after the learners are prepared.</summary>
    public IReadOnlyDictionary<string, string> Settings => field ??= RunSettings.Of(Options, Scheme, Train.Count);

    /// <summary>Gets whether another run follows that may need what the scheme keeps of batches.</summary>
    public bool IsFollowed { get; init; }

    public ModelSelection Selection { get; }

    public NonFiniteGuard Guard { get; }

    /// <summary>Gets the ranks that train together; <see langword="null"/> where this process trains alone.</summary>
    public RankGroup? Group { get; }

    /// <summary>Gets what keeps the weights of the ranks the same.</summary>
    public SharedWeights? SharedWeights { get; }

    /// <summary>Runs to the end.</summary>
    /// <exception cref="TrainingCanceledException">The token canceled the run.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or not a number.</exception>
    public TrainingResult Run(CancellationToken cancellationToken)
    {
        try
        {
            while (!Selection.StopsEarly && (!State.IsOver || State.IsEpochOpen))
            {
                _modes.Train();
                bool isCanceled = !State.IsEpochOpen && !Pass();
                if (isCanceled || !EndEpoch())
                {
                    TrainingResult result = End(_stop.IsCanceled ? TrainingStatus.Canceled : TrainingStatus.Terminated);
                    return result.Status == TrainingStatus.Canceled ? throw new TrainingCanceledException(result, cancellationToken) : result;
                }

                Guard.Keep();
                _checkpointer?.EndEpoch(IsCheckpointDueByClock);
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
        _exchange?.Dispose();
        Guard.Dispose();
        Selection.Dispose();
        _modes.Dispose();
        _rng.Dispose();
        _modules.Dispose();
    }

    private bool IsCheckpointDueByClock => _exchange?.IsCheckpointDue ?? _checkpointer!.IsDueByClock;

    /// <summary>Passes over the data once.</summary>
    /// <returns><see langword="false"/> if the run was canceled on the way.</returns>
    private bool Pass()
    {
        int epoch = State.Position.Epoch;
        using Tensor numbers = _order.Of(epoch);
        State.BeginPass();
        long began = epoch * _order.StepsPerEpoch;
        long first = State.Position.Step - began;
        long steps = Math.Min(_order.StepsPerEpoch, State.Position.TotalSteps - began) - first;
        using var feed = new BatchFeed(i => _reader.Read(numbers, epoch, first + i), steps, Options.Prefetch);
        _stop.Agree();
        for (long i = 0; i < steps; i++)
        {
            if (_stop.IsSet)
            {
                return false;
            }

            using var scope = torch.NewDisposeScope();
            Step(feed);
            _reporter.EndStep();
            if (i < steps - 1)
            {
                _checkpointer?.EndStep(IsCheckpointDueByClock);
            }
        }

        SharedWeights?.AverageBuffers();
        Guard.EndPass();
        State.EndPass();
        return true;
    }

    private void Step(BatchFeed feed)
    {
        Batch batch = _exchange is null ? AccumulateGradients(feed) : ExchangeGradients(feed, _exchange);
        if (Guard.Allows(batch))
        {
            Scheme.Update(State.Position);
        }

        _rng.EndUpdate();
        State.EndStep(batch.Count);
    }

    private Batch ExchangeGradients(BatchFeed feed, GradientExchange exchange)
    {
        Batch? batch = null;
        Group!.Reseed(Options.Seed, State.Position.Step);
        exchange.Run(() => batch = AccumulateGradients(feed), _checkpointer?.IsDueByClock ?? false);
        return batch!;
    }

    private Batch AccumulateGradients(BatchFeed feed)
    {
        Batch batch = feed.Next();
        _rng.BeginUpdate();
        Guard.BeginUpdate();
        AccumulateGradients(batch);
        return batch;
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
    private bool EndEpoch()
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
            EndEpoch(_validator.Run());
            return true;
        }
        catch (OperationCanceledException) when (_stop.IsSet)
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
        SharedWeights?.AverageBuffers();
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

        SharedWeights?.RequireSame("weights at the end of the run");
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
        if (_checkpointer is { } checkpointer)
        {
            Locally(checkpointer.Finish);
        }

        return result;
    }
}
