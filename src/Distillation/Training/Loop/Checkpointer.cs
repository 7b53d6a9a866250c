using System.Diagnostics;
using System.Runtime.InteropServices;
using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Knows when a run is saved, gathers what it consists of, and brings it back.</summary>
internal sealed class Checkpointer : IDisposable
{
    private const string RestFile = "run.safetensors";
    private const string ChanceName = "chance";
    private const string BestPrefix = "best/";

    // Numbers of a run, of which the history is the longest part: more than this it is not.
    private const long LargestNumbers = 1L << 30;

    private readonly CheckpointDirectory _directory;
    private readonly TrainerOptions _options;
    private readonly CheckpointOptions _checkpoints;
    private readonly TrainingRun _run;
    private readonly ITrainingScheme _scheme;
    private readonly NonFiniteGuard _guard;
    private readonly LearnerState[] _learners;
    private readonly long _samples;
    private readonly ILogger _logger;
    private readonly CheckpointWriter _writer;
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration? _termination;
    private readonly Dictionary<string, string> _identity;
    private readonly IReadOnlyDictionary<string, string> _conditions = RunConditions.Read();
    private long _saved = Stopwatch.GetTimestamp();
    private long _savedStep = -1;

    public Checkpointer(
        CheckpointDirectory directory,
        TrainerOptions options,
        TrainingRun run,
        ITrainingScheme scheme,
        NonFiniteGuard guard,
        long samples,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        (_directory, _options, _run, _scheme, _guard, _samples, _logger) = (directory, options, run, scheme, guard, samples, logger);
        _checkpoints = options.Checkpoints!;
        _learners = [.. scheme.Learners.Select(learner => new LearnerState(learner))];
        _writer = new CheckpointWriter(directory, logger);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _identity = Identity();
        _termination = _checkpoints.OnTermination ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, Terminate) : null;
    }

    /// <summary>Gets what ends the run: the caller, or the system that asks the process to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <exception cref="NotSupportedException">The state of an optimizer cannot be saved.</exception>
    public static void RequireKnownOptimizers(IEnumerable<Learner> learners)
    {
        foreach (torch.optim.Optimizer optimizer in learners.Select(learner => learner.Optimizer).Where(optimizer => optimizer is not FusedOptimizer))
        {
            _ = TorchSharpState.Known(optimizer);
        }
    }

    /// <summary>Brings the newest whole checkpoint back, if there is one.</summary>
    /// <exception cref="InvalidOperationException">It is of another run.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, but none is whole.</exception>
    public void Resume()
    {
        if (_directory.FindNewest() is not (string path, CheckpointManifest manifest))
        {
            return;
        }

        RunIdentity.RequireSame(manifest.Identity, _identity, path);
        using var scope = torch.NewDisposeScope();
        string numbersPath = Path.Combine(path, CheckpointDirectory.NumbersFile);
        RunNumbers numbers = CheckpointJson.Read(numbersPath, LargestNumbers, RunJson.Default.RunNumbers);
        numbers.Check(numbersPath, _run.Position, _learners.Length);
        using var rest = new SavedTensors(Path.Combine(path, RestFile));
        if (numbers.Best is { } best && _run.Best is { } kept)
        {
            kept.Keep(best);
            foreach ((int number, Tensor tensor) in kept.Kept.Index())
            {
                rest.CopyTo(tensor, BestPrefix + number);
            }
        }

        foreach ((LearnerState learner, LearnerNumbers ofLearner) in _learners.Zip(numbers.Learners))
        {
            using var weights = new SavedTensors(Path.Combine(path, learner.WeightsFile));
            learner.Load(ofLearner, numbers.Position.Step, weights, rest);
        }

        _run.Load(numbers);
        _guard.Resume(rest);
        ForkedRng.Restore(rest.ReadLike(ChanceName, ForkedRng.State));
        _savedStep = numbers.Position.Step;
        Log.TrainingResumed(_logger, path, numbers.Position.Step);
        if (manifest.Conditions is { } conditions && RunIdentity.Differences(conditions, _conditions, absent: "not set") is { Length: > 0 } differences)
        {
            Log.ConditionsChanged(_logger, path, differences);
        }
    }

    /// <summary>Saves the run within an epoch, if it is time.</summary>
    public void EndStep()
    {
        if (IsDue())
        {
            Save();
        }
    }

    /// <summary>Saves the run at the end of an epoch, if it is time.</summary>
    public void EndEpoch()
    {
        if (_checkpoints.AtEpochEnds || IsDue())
        {
            Save();
        }
    }

    /// <summary>Saves the run as it ends, before the weights are exchanged for the best or the averaged ones.</summary>
    public void SaveLast()
    {
        if (_savedStep != _run.Position.Step)
        {
            Save();
        }
    }

    /// <summary>Waits until the last checkpoint is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Finish() => _writer.Finish();

    public void Dispose()
    {
        _termination?.Dispose();
        _writer.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// Lists the options that a run and its checkpoints must have in common. Where and how often a run saves, reads ahead and reports changes no bit of it; the
    /// optimizer and its update are those of each learner.
    /// </summary>
    internal static IEnumerable<(string Name, object? Value)> Compared(TrainerOptions options) =>
    [
        (nameof(options.Epochs), options.Epochs),
        (nameof(options.Steps), options.Steps),
        (nameof(options.BatchSize), options.BatchSize),
        (nameof(options.MicroBatchSize), options.MicroBatchSize),
        (nameof(options.CompareWithinMicroBatches), options.CompareWithinMicroBatches),
        (nameof(options.Order), options.Order),
        (nameof(options.BlockSize), options.BlockSize),
        (nameof(options.LastBatch), options.LastBatch),
        (nameof(options.Seed), options.Seed),
        (nameof(options.NonFinite), options.NonFinite),
        (nameof(options.ValidateEveryEpochs), options.ValidateEveryEpochs),
        (nameof(options.BestBy), options.BestBy),
        (nameof(options.EarlyStopping), options.EarlyStopping),
    ];

    private bool IsDue() =>
        (_checkpoints.EverySteps is { } steps && _run.Position.Step % steps == 0)
        || (_checkpoints.EveryInterval is { } interval && Stopwatch.GetElapsedTime(_saved) >= interval);

    private void Save()
    {
        var files = new Dictionary<string, TensorCopies>();
        TensorCopies rest = files[RestFile] = new();
        using (Tensor state = ForkedRng.State)
        {
            rest.Add(ChanceName, state);
        }

        foreach ((int number, Tensor tensor) in (_run.Best?.Kept ?? []).Index())
        {
            rest.Add(BestPrefix + number, tensor);
        }

        foreach ((string name, Tensor tensor) in _guard.Saved)
        {
            rest.Add(name, tensor);
        }

        LearnerNumbers[] learners = [.. _learners.Select(learner => learner.Save(files[learner.WeightsFile] = new(), rest))];
        RunNumbers numbers = _run.Save(learners);
        _writer.Begin(new Checkpoint
        {
            Step = _run.Position.Step,
            Identity = _identity,
            Conditions = _conditions,
            WriteNumbers = file => CheckpointJson.Write(file, numbers, RunJson.Default.RunNumbers),
            Files = files,
        });
        (_saved, _savedStep) = (Stopwatch.GetTimestamp(), _run.Position.Step);
    }

    // The application goes on after the run and ends by itself.
    private void Terminate(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    private Dictionary<string, string> Identity()
    {
        var words = new Dictionary<string, string>(_scheme.Identity) { ["samples"] = Description.Of(_samples) };
        foreach ((string name, object? value) in Compared(_options))
        {
            words[name] = Description.Of(value);
        }

        foreach (LearnerState learner in _learners)
        {
            foreach ((string name, string value) in learner.Identity())
            {
                words[name] = value;
            }
        }

        return words;
    }
}
