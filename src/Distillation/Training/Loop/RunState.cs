using System.Diagnostics;
using Distillation.Diagnostics;

namespace Distillation.Training;

/// <summary>The position of a run, its history and its clocks.</summary>
internal sealed class RunState
{
    private readonly int _validateEveryEpochs;
    private readonly List<TrainingProgress> _history = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Stopwatch _training = new();
    private TimeSpan _before;
    private TimeSpan _passBegan;
    private TimeSpan _reportedAt;
    private long _samples;

    public RunState(TrainerOptions options, long stepsPerEpoch)
    {
        _validateEveryEpochs = options.ValidateEveryEpochs;
        Position = new(0, 0, options.Steps ?? (stepsPerEpoch * options.Epochs), stepsPerEpoch);
    }

    public TrainingPosition Position { get; private set; }

    /// <summary>Gets the report of each epoch.</summary>
    public IReadOnlyList<TrainingProgress> History => _history;

    /// <summary>Gets or sets how often losses or gradients were not finite.</summary>
    public NonFiniteCounters NonFinite { get; set; }

    public bool IsOver => Position.Step >= Position.TotalSteps;

    /// <summary>Gets whether a pass has ended and its epoch has not.</summary>
    public bool IsEpochOpen => _history.Count < Position.Epoch;

    public bool IsValidationDue => IsOver || Position.Epoch % _validateEveryEpochs == 0;

    public TimeSpan Elapsed => _before + _clock.Elapsed;

    // Of a run that is to go on until it is stopped, the longest time there is.
    public TimeSpan Remaining => TimeSpan.FromTicks((long)(Elapsed.Ticks * ((double)(Position.TotalSteps - Position.Step) / Position.Step)));

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
    }

    public void EndPass()
    {
        _training.Stop();
        Meters.EpochDuration.Record((_training.Elapsed - _passBegan).TotalSeconds);
        Position = Position with { Epoch = Position.Epoch + 1 };
    }

    public void EndEpoch(TrainingProgress report) => _history.Add(report);

    /// <summary>Returns the training samples per second since the last call.</summary>
    public double TakeSpeed()
    {
        double seconds = (_training.Elapsed - _reportedAt).TotalSeconds;
        double speed = seconds > 0 ? _samples / seconds : 0;
        _reportedAt = _training.Elapsed;
        _samples = 0;
        return speed;
    }

    /// <summary>Continues from a checkpoint. A run that is longer than the checkpoint's continues in the epoch in which the checkpoint's ended.</summary>
    public void Load(RunNumbers numbers)
    {
        bool isProlonged = numbers.Position.TotalSteps < Position.TotalSteps;
        Position = Position with
        {
            Step = numbers.Position.Step,
            Epoch = isProlonged ? (int)(numbers.Position.Step / Position.StepsPerEpoch) : numbers.Position.Epoch,
        };
        _history.AddRange(numbers.History.Take(isProlonged ? Position.Epoch : numbers.History.Count));
        NonFinite = numbers.Guarded;
        _before = numbers.Elapsed;
    }
}
