using System.Diagnostics;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>All that changes over one run beside the models: the place, the clocks, the reports, the best and the judge.</summary>
internal sealed class TrainingRun : IDisposable
{
    // How many times its running mean a gradient's norm may be before it is worth a warning.
    private const double Spike = 10;

    private readonly TrainerOptions _options;
    private readonly IReadOnlyList<Learner> _learners;
    private readonly ILogger _logger;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly List<TrainingProgress> _history = [];
    private readonly EarlyStoppingMonitor _monitor;
    private readonly BestWeights? _best;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _before;
    private readonly Stopwatch _training = new();
    private TimeSpan _passBegan;
    private TimeSpan _reportedAt;
    private long _samples;

    public TrainingRun(TrainerOptions options, IReadOnlyList<Learner> learners, long stepsPerEpoch, ILogger logger, IProgress<TrainingProgress>? progress)
    {
        _options = options;
        _learners = learners;
        _logger = logger;
        _progress = progress;
        _monitor = new EarlyStoppingMonitor(options.EarlyStopping);
        _best = options.BestBy is { } metric ? new BestWeights(metric, learners[0]) : null;
        Position = new(0, 0, options.Steps ?? (stepsPerEpoch * options.Epochs), stepsPerEpoch);
    }

    public TrainingPosition Position { get; private set; }

    public bool IsOver => Position.Step >= Position.TotalSteps;

    /// <summary>Gets whether a pass has ended and its epoch has not.</summary>
    public bool IsEpochOpen => _history.Count < Position.Epoch;

    /// <summary>Gets whether validation has not improved for long enough.</summary>
    public bool HasSeenEnough { get; private set; }

    public BestWeights? Best => _best;

    /// <summary>Gets or sets how often losses or gradients were not finite.</summary>
    public NonFiniteCounters Guarded { get; set; }

    private TimeSpan Elapsed => _before + _clock.Elapsed;

    // Of a run that is to go on until it is stopped, the longest time there is.
    private TimeSpan Remaining => TimeSpan.FromTicks((long)(Elapsed.Ticks * ((double)(Position.TotalSteps - Position.Step) / Position.Step)));

    public bool IsValidationDue => IsOver || Position.Epoch % _options.ValidateEveryEpochs == 0;

    public void BeginPass()
    {
        _passBegan = _training.Elapsed;
        _training.Start();
    }

    public void EndStep(long samples)
    {
        Position = Position with { Step = Position.Step + 1 };
        _samples += samples;
        Meters.Samples.Add(samples);
        Meters.Steps.Add(1);
        bool endsPass = Position.Step % Position.StepsPerEpoch == 0 || IsOver;
        if (_options.ReportEverySteps is { } steps && Position.Step % steps == 0 && !endsPass)
        {
            // Whether anyone listens or not: a report begins the means anew, and the history must not depend on listeners.
            TrainingProgress report = Report(validation: null);
            _progress?.Report(report);
        }
    }

    public void EndPass()
    {
        _training.Stop();
        Meters.EpochDuration.Record((_training.Elapsed - _passBegan).TotalSeconds);
        Position = Position with { Epoch = Position.Epoch + 1 };
    }

    /// <summary>Puts the averaged weights in the students until disposal.</summary>
    public IDisposable UseAverage() => new AveragedWeights(_learners);

    /// <summary>Reports an epoch.</summary>
    public void EndEpoch(EvaluationReport? validation)
    {
        TrainingProgress report = Report(validation);
        _history.Add(report);
        Log.EpochEnded(_logger, Position.Epoch, Position.Step, report.Loss, report.LearningRate, report.SamplesPerSecond);
        if (validation is not null)
        {
            Log.EpochValidated(_logger, Position.Epoch, validation.Accuracy, validation.NegativeLogLikelihood);
            _best?.Consider(report);
        }

        _progress?.Report(report);
        HasSeenEnough = validation is not null && _monitor.HasSeenEnough(validation) && !IsOver;
    }

    /// <summary>Explains what is not finite: the losses since the last report if they are not, or else what was looked at.</summary>
    public TrainingDivergedException Diverged(string orElse, IReadOnlyList<long>? samples) => Diverged(Read().NotFinite, orElse, samples);

    public RunNumbers Save(IReadOnlyList<LearnerNumbers> learners)
    {
        (double? best, int waited) = _monitor.State;
        return new()
        {
            Position = Position,
            History = [.. _history],
            Best = _best?.Report,
            BestWatched = best,
            Waited = waited,
            HasSeenEnough = HasSeenEnough,
            Guarded = Guarded,
            Elapsed = Elapsed,
            Learners = learners,
        };
    }

    public void Load(RunNumbers numbers)
    {
        Position = numbers.Position;
        _history.AddRange(numbers.History);
        _monitor.State = (numbers.BestWatched, numbers.Waited);
        HasSeenEnough = numbers.HasSeenEnough;
        Guarded = numbers.Guarded;
        _before = numbers.Elapsed;
    }

    public TrainingResult End(TrainingStatus status)
    {
        foreach (Learner learner in _learners)
        {
            learner.Average?.Apply();
        }

        if (_best?.Report is { } best)
        {
            _best.Restore();
            Log.BestRestored(_logger, best.Position.Epoch, _options.BestBy!.Name, _options.BestBy.Of(best.Validation!));
        }

        Log.TrainingEnded(_logger, status, Position.Step, Elapsed);
        return new(status, Position, _history, _best?.Report, Elapsed);
    }

    public void Dispose() => _best?.Dispose();

    private TrainingProgress Report(EvaluationReport? validation)
    {
        (LearnerReport[] reports, Dictionary<string, double> terms, (string Names, double Value)? notFinite) = Read();
        if (notFinite is { } loss)
        {
            throw Diverged(loss, "", samples: null);
        }

        WarnOfSpikes();
        double seconds = (_training.Elapsed - _reportedAt).TotalSeconds;
        double speed = seconds > 0 ? _samples / seconds : 0;
        _reportedAt = _training.Elapsed;
        _samples = 0;
        return new()
        {
            Position = Position,
            Loss = reports[0].Loss,
            Terms = terms,
            LearningRate = reports[0].LearningRate,
            GradientNorm = reports[0].GradientNorm,
            Skipped = Guarded.Skipped,
            SamplesPerSecond = speed,
            Elapsed = Elapsed,
            Remaining = Remaining,
            Validation = validation,
        };
    }

    // A loss that is not finite counts only where there is one: a learner whose updates were all skipped has none.
    private (LearnerReport[] Reports, Dictionary<string, double> Terms, (string Names, double Value)? NotFinite) Read()
    {
        bool[] learned = [.. _learners.Select(learner => !learner.Meter.IsEmpty)];
        LearnerReport[] reports = [.. _learners.Select(learner => learner.Report())];
        Dictionary<string, double> terms = _learners.Count == 1
            ? new(reports[0].Terms)
            : _learners.Zip(reports).SelectMany(pair => pair.Second.Terms.Select(term => ($"{pair.First.Name}/{term.Key}", term.Value))).ToDictionary();
        int wrong = Enumerable.Range(0, reports.Length).FirstOrDefault(i => learned[i] && !double.IsFinite(reports[i].Loss), -1);
        if (wrong < 0)
        {
            return (reports, terms, null);
        }

        // One term that diverges spoils the weights, and so soon the others: all are named.
        string[] diverged = [.. terms.Where(term => !double.IsFinite(term.Value)).Select(term => term.Key)];
        return (reports, terms, diverged.Length == 0 ? (_learners[wrong].Loss.Name, reports[wrong].Loss) : (string.Join(", ", diverged), terms[diverged[0]]));
    }

    private TrainingDivergedException Diverged((string Names, double Value)? loss, string orElse, IReadOnlyList<long>? samples)
    {
        string what = loss is { } wrong
            ? FormattableString.Invariant($"The loss '{wrong.Names}' is {wrong.Value}")
            : $"The loss is finite, but not the {orElse} of the {string.Join(" or the ", _learners.Select(learner => learner.Name))}";
        Log.TrainingDiverged(_logger, what, Position.Step);
        return new(what, loss?.Names ?? orElse, Position, samples);
    }

    private void WarnOfSpikes()
    {
        foreach (Learner learner in _learners)
        {
            double peak = learner.TakeNormPeak();
            if (peak > Spike)
            {
                Log.GradientSpiked(_logger, learner.Name, peak, Position.Step);
            }
        }
    }
}
