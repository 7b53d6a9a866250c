using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Saves a session when a checkpoint is due, and loads the newest checkpoint.</summary>
internal sealed class Checkpointer : IDisposable
{
    private const string RestFile = "run.safetensors";
    private const string ChanceName = "chance";
    private const string BestPrefix = "best/";

    // Numbers of a run, of which the history is the longest part: more than this it is not.
    private const long LargestNumbers = 1L << 30;

    private readonly CheckpointDirectory? _directory;
    private readonly RankGroup? _group;
    private readonly SharedWeights? _sharedWeights;
    private readonly TrainerOptions _options;
    private readonly CheckpointOptions _checkpoints;
    private readonly RunState _state;
    private readonly ModelSelection _selection;
    private readonly NonFiniteGuard _guard;
    private readonly IReadOnlyList<Learner> _learners;
    private readonly ILogger _logger;
    private readonly CheckpointWriter? _writer;
    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration? _termination;
    private readonly IReadOnlyDictionary<string, string> _identity;
    private readonly IReadOnlyDictionary<string, string> _conditions;
    private long _saved = Stopwatch.GetTimestamp();
    private long _savedStep = -1;

    /// <param name="session">The run.</param>
    /// <param name="directory">The checkpoints; <see langword="null"/> on ranks that read them alone.</param>
    /// <param name="cancellationToken">The token of the caller.</param>
    public Checkpointer(TrainingSession session, CheckpointDirectory? directory, CancellationToken cancellationToken)
    {
        _group = session.Group;
        _sharedWeights = session.SharedWeights;
        _conditions = RunConditions.Read(_group?.Count ?? 1);
        _options = session.Options;
        _checkpoints = session.Options.Checkpoints!;
        _state = session.State;
        _selection = session.Selection;
        _guard = session.Guard;
        _learners = session.Scheme.Learners;
        _logger = session.Logger;
        _directory = directory;
        _identity = session.Settings;
        _writer = directory is null ? null : new CheckpointWriter(directory, _logger);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _termination = _checkpoints.OnTermination ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, Terminate) : null;
    }

    /// <summary>Gets the token that ends the run: that of the caller, which the system's signal to end the process cancels as well.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Gets whether a checkpoint is due by the clock of this process.</summary>
    public bool IsDueByClock => _checkpoints.EveryInterval is { } interval && Stopwatch.GetElapsedTime(_saved) >= interval;

    /// <summary>Loads the newest whole checkpoint, if there is one.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint is of another run.</exception>
    /// <exception cref="InvalidDataException">There are checkpoints, but none is whole.</exception>
    public void Resume()
    {
        if (_group is null)
        {
            if (_directory!.FindNewest() is (string path, CheckpointManifest manifest))
            {
                Load(path, manifest);
            }

            return;
        }

        // All read the one that rank 0 has found.
        string name = "";
        _group.Together(() => name = Path.GetFileName(_directory?.FindNewest()?.Path) ?? "");
        name = Encoding.UTF8.GetString(_group.Broadcast(Encoding.UTF8.GetBytes(name)));
        if (name.Length > 0)
        {
            string path = Path.Combine(_checkpoints.Directory, name);
            _group.Together(() => Load(path, CheckpointManifest.Verify(path)));
        }
    }

    private void Load(string path, CheckpointManifest manifest)
    {
        RunIdentity.RequireSame(Comparable(manifest.Identity), Comparable(_identity), path);
        using var scope = torch.NewDisposeScope();
        string numbersPath = Path.Combine(path, CheckpointDirectory.NumbersFile);
        RunNumbers numbers = CheckpointJson.Read(numbersPath, LargestNumbers, RunJson.Default.RunNumbers);
        if (_checkpoints.AllowProlonging && numbers.Position.Step > _state.Position.TotalSteps)
        {
            throw new InvalidOperationException(
                $"The checkpoint '{path}' has made {numbers.Position.Step} updates, but the run has {_state.Position.TotalSteps}. "
                + $"Raise {nameof(TrainerOptions.Epochs)} or {nameof(TrainerOptions.Steps)}, or use another directory.");
        }

        numbers.Check(numbersPath, _state.Position, _learners.Count, _checkpoints.AllowProlonging);
        using var rest = new SavedTensors(Path.Combine(path, RestFile));
        if (numbers.Best is { } best && _options.SelectedBy is not null)
        {
            _selection.Keep(best);
            foreach ((int number, Tensor tensor) in _selection.Kept.Index())
            {
                rest.CopyTo(tensor, BestPrefix + number);
            }
        }

        foreach ((Learner learner, LearnerNumbers ofLearner) in _learners.Zip(numbers.Learners))
        {
            using var weights = new SavedTensors(Path.Combine(path, learner.WeightsFile));
            learner.LoadState(ofLearner, numbers.Position.Step, weights, rest);
        }

        _state.Load(numbers);
        _selection.Load(numbers);
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
    /// <param name="isDueByClock">Whether it is time by the clock.</param>
    public void EndStep(bool isDueByClock)
    {
        if (IsDue(isDueByClock))
        {
            Save();
        }
    }

    /// <summary>Saves the run at the end of an epoch, if it is time.</summary>
    /// <param name="isDueByClock">Whether it is time by the clock.</param>
    public void EndEpoch(bool isDueByClock)
    {
        if (_checkpoints.AtEpochEnds || IsDue(isDueByClock))
        {
            Save();
        }
    }

    /// <summary>Saves the run as it ends, before the weights are exchanged for the best or the averaged ones.</summary>
    public void SaveLast()
    {
        if (_savedStep != _state.Position.Step)
        {
            Save();
        }
    }

    /// <summary>Waits until the last checkpoint is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Finish() => _writer?.Finish();

    public void Dispose()
    {
        _termination?.Dispose();
        _writer?.Dispose();
        _stop.Dispose();
    }

    private bool IsDue(bool byClock) => byClock || (_checkpoints.EverySteps is { } steps && _state.Position.Step % steps == 0);

    private void Save()
    {
        _sharedWeights?.AverageBuffers();
        _sharedWeights?.RequireSame($"weights after {_state.Position.Step} updates");
        if (_writer is not null)
        {
            Write(_writer);
        }

        (_saved, _savedStep) = (Stopwatch.GetTimestamp(), _state.Position.Step);
    }

    private void Write(CheckpointWriter writer)
    {
        var files = new Dictionary<string, TensorCopies>();
        TensorCopies rest = files[RestFile] = new();
        using (Tensor state = ForkedRng.State)
        {
            rest.Add(ChanceName, state);
        }

        foreach ((int number, Tensor tensor) in _selection.Kept.Index())
        {
            rest.Add(BestPrefix + number, tensor);
        }

        foreach ((string name, Tensor tensor) in _guard.Saved)
        {
            rest.Add(name, tensor);
        }

        LearnerNumbers[] learners = [.. _learners.Select(learner => learner.SaveState(files[learner.WeightsFile] = new(), rest))];
        RunNumbers numbers = _selection.Save(_state, learners);
        writer.Begin(new Checkpoint
        {
            Step = _state.Position.Step,
            Identity = _identity,
            Conditions = _conditions,
            WriteNumbers = file => CheckpointJson.Write(file, numbers, RunJson.Default.RunNumbers),
            Files = files,
        });
    }

    // The application goes on after the run and ends by itself.
    private void Terminate(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    // Without the length of the run, where that may change.
    private Dictionary<string, string> Comparable(IReadOnlyDictionary<string, string> identity) =>
        identity.Where(pair => !_checkpoints.AllowProlonging || pair.Key is not (nameof(TrainerOptions.Epochs) or nameof(TrainerOptions.Steps))).ToDictionary();
}
