using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Distillation.Caching;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Training;

/// <summary>
/// Makes several runs one after the other. Each has its checkpoints in a directory of its own below that of the sequence: a run that is over is loaded from its
/// last checkpoint, the one that was interrupted goes on, and the others begin.
/// </summary>
/// <remarks>The checkpoints of a stage belong to the weights with which it began: where an earlier stage ended with others, they are refused.</remarks>
internal sealed class StageSequence
{
    private readonly IReadOnlyList<StageRun> _stages;
    private readonly CheckpointOptions? _checkpoints;
    private readonly RankGroup? _group;
    private readonly ILogger _logger;

    /// <param name="stages">The runs, with different names.</param>
    /// <param name="options">The options whose checkpoints and ranks are those of all runs.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <param name="argument">The caller's argument that has the stages.</param>
    /// <exception cref="ArgumentException">Two stages have one name, or the options of one do not fit the sequence.</exception>
    /// <exception cref="NotSupportedException">A stage is to be compared with a student alone.</exception>
    public StageSequence(IReadOnlyList<StageRun> stages, TrainerOptions options, ILogger? logger, string argument)
    {
        if (stages.Count == 0)
        {
            throw new ArgumentException("There must be at least one stage, but there is none.", argument);
        }

        if (stages.GroupBy(stage => stage.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Stages must have different names, but {twice.Count()} have the name '{twice.Key}'.", argument);
        }

        _checkpoints = options.Checkpoints;
        _group = RankGroup.Of(options.Ranks);
        _logger = (_group is null or { IsFirst: true } ? logger : null) ?? NullLogger.Instance;
        _stages = [.. stages.Select((stage, i) => stage with { Options = OptionsOf(stage, i, options, argument) })];
        foreach (StageRun stage in _stages)
        {
            TrainedParameters.Check(stage.Student.Module, stage.Name, stage.Trained, stage.Frozen, argument);
        }
    }

    /// <summary>Makes the runs.</summary>
    /// <exception cref="TrainingCanceledException">The token canceled a run; the exception has the result of that run.</exception>
    public StagedTrainingResult Run(
        IDataSource train, IDataSource? validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        bool isTerminated = false;
        using PosixSignalRegistration? termination = _checkpoints is { OnTermination: true }
            ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                // A run that is going on ends by itself; this is for the time between two.
                context.Cancel = true;
                Volatile.Write(ref isTerminated, true);
            })
            : null;
        Locally(() => Check(train, validation));
        var results = new List<(string Name, TrainingResult Result)>();
        foreach ((int number, StageRun stage) in _stages.Index())
        {
            Log.StageStarted(_logger, number + 1, _stages.Count, stage.Name);
            TrainingResult result = Run(number, stage.Train ?? train, validation, progress, cancellationToken);
            results.Add((stage.Name, result));
            bool isLast = number == _stages.Count - 1;
            if (result.Status == TrainingStatus.Terminated || (!isLast && IsTerminated(Volatile.Read(ref isTerminated))))
            {
                return new() { Status = TrainingStatus.Terminated, Stages = results };
            }
        }

        return new() { Status = results[^1].Result.Status, Stages = results };
    }

    private static TrainerOptions OptionsOf(StageRun stage, int number, TrainerOptions options, string argument)
    {
        TrainerOptions own = stage.Options;
        if ((own.Checkpoints is { } checkpoints && checkpoints != options.Checkpoints) || (own.Ranks is { } ranks && ranks != options.Ranks))
        {
            throw new ArgumentException(
                $"{nameof(TrainerOptions.Checkpoints)} and {nameof(TrainerOptions.Ranks)} of stage '{stage.Name}' must be those of the trainer, "
                + "but are others. Leave them out: all stages have those of the trainer, each in a directory of its own.",
                argument);
        }

        if (own.Baseline)
        {
            throw new NotSupportedException(
                $"{nameof(TrainerOptions.Baseline)} compares one distilled student with the same one alone: it is an option of {nameof(DistillationTrainer)}, "
                + $"and stage '{stage.Name}' has it.");
        }

        string directory = string.Create(CultureInfo.InvariantCulture, $"stage-{number + 1:D2}-{Uri.EscapeDataString(stage.Name)}");
        return own with
        {
            Checkpoints = options.Checkpoints is { } all ? all with { Directory = Path.Combine(all.Directory, directory) } : null,
            Ranks = options.Ranks,
        };
    }

    private TrainingResult Run(
        int number, IDataSource train, IDataSource? validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        StageRun stage = _stages[number];
        using TrainedParameters? trained = TrainedParameters.Apply(stage.Student.Module, stage.Trained, stage.Frozen);
        using ITeacher? created = stage.CreateTeacher?.Invoke();
        using ITrainingScheme scheme = stage.CreateScheme(created ?? stage.Teacher, Identity(number));
        IDataSource data = train;
        if (stage.Choice is { } choice)
        {
            ITeacher teacher = (created ?? stage.Teacher)!;
            Locally(() => data = choice.Of(teacher, train, stage.Options.BatchSize, ModuleTree.DeviceOf(stage.Student.Module), cancellationToken));
        }

        return Loop(stage, number).Run(scheme, data, validation, progress, cancellationToken);
    }

    // What could be refused in the middle of the sequence is refused before it, as far as it depends on no weights.
    private void Check(IDataSource train, IDataSource? validation)
    {
        if (_checkpoints is { } checkpoints && File.Exists(checkpoints.Directory))
        {
            throw new IOException($"Checkpoints need a directory, but '{checkpoints.Directory}' is a file.");
        }

        foreach ((int number, StageRun stage) in _stages.Index())
        {
            IDataSource data = stage.Train ?? train;
            using ITrainingScheme scheme = stage.CreateScheme(stage.Teacher, ImmutableDictionary<string, string>.Empty);
            Loop(stage, number).Check(scheme, data, validation);
            if (stage.Teacher is { } teacher)
            {
                CachedTeacher.RequireRoom(teacher, data, nameof(train));
            }
        }
    }

    private TrainingLoop Loop(StageRun stage, int number) => new(stage.Options, _logger) { IsFollowed = number < _stages.Count - 1 };

    // The first stage begins with the weights that the caller gives, which no run compares.
    private Dictionary<string, string> Identity(int number)
    {
        StageRun stage = _stages[number];
        var identity = new Dictionary<string, string>(stage.Settings)
        {
            ["stage"] = $"{stage.Name}, trained [{string.Join(", ", stage.Trained)}], frozen [{string.Join(", ", stage.Frozen)}]",
        };
        if (number > 0 && _checkpoints is not null && _stages.Take(number).Any(earlier => earlier.Student.Module == stage.Student.Module))
        {
            identity["weights before the stage"] = ModuleFingerprint.Of(stage.Student.Module);
        }

        return identity;
    }

    // Of several ranks, none goes on where one fails.
    private void Locally(Action action)
    {
        if (_group is null)
        {
            action();
        }
        else
        {
            _group.Together(action);
        }
    }

    // The signal may reach one rank alone: all end where one has it.
    private bool IsTerminated(bool here) => _group is null ? here : Array.Exists(_group.Gather(here ? 1 : 0), mark => mark > 0);
}
