namespace Distillation.Training;

/// <summary>Keeps the weights of the best validation, those of the student and of its loss, and decides on early stopping.</summary>
internal sealed class ModelSelection(TrainerOptions options, Learner learner) : IDisposable
{
    private TensorSnapshot? _weights;
    private double? _bestWatched;
    private int _waited;

    /// <summary>Gets the report of the best validation by <see cref="TrainerOptions.SelectedBy"/>.</summary>
    public TrainingProgress? Best { get; private set; }

    /// <summary>Gets the kept weights: parameters, then buffers.</summary>
    public IReadOnlyList<Tensor> Kept => _weights?.Kept ?? [];

    /// <summary>Gets whether validation has not improved for as long as <see cref="TrainerOptions.EarlyStopping"/> allows.</summary>
    public bool StopsEarly { get; private set; }

    /// <summary>Considers the report of an epoch.</summary>
    public void Consider(TrainingProgress report, bool isLast)
    {
        StopsEarly = false;
        if (report.Validation is { } validation)
        {
            KeepIfBest(report, validation);
            StopsEarly = IsOutOfPatience(validation) && !isLast;
        }
    }

    /// <summary>Keeps the weights as they are.</summary>
    public void Keep(TrainingProgress report)
    {
        _weights ??= new(learner.Weights);
        _weights.Keep();
        Best = report;
    }

    /// <summary>Puts the best weights into the student, where there are any.</summary>
    public void Restore() => _weights?.Restore();

    public RunNumbers Save(RunState state, IReadOnlyList<LearnerNumbers> learners) => new()
    {
        Position = state.Position,
        History = [.. state.History],
        Best = Best,
        BestWatched = _bestWatched,
        Waited = _waited,
        HasSeenEnough = StopsEarly,
        Guarded = state.NonFinite,
        Elapsed = state.Elapsed,
        Learners = learners,
    };

    public void Load(RunNumbers numbers)
    {
        _bestWatched = numbers.BestWatched;
        _waited = numbers.Waited;
        StopsEarly = numbers.HasSeenEnough;
    }

    public void Dispose() => _weights?.Dispose();

    private void KeepIfBest(TrainingProgress report, EvaluationReport validation)
    {
        if (options.SelectedBy is not { } metric)
        {
            return;
        }

        double value = validation[metric];
        if (!double.IsNaN(value) && (Best is null || metric.IsBetter(value, Best.Validation![metric])))
        {
            Keep(report);
        }
    }

    private bool IsOutOfPatience(EvaluationReport validation)
    {
        if (options.EarlyStopping is not { } policy)
        {
            return false;
        }

        double value = validation[policy.Metric];
        if (_bestWatched is null || policy.Metric.IsBetter(value, _bestWatched.Value, policy.MinimumImprovement))
        {
            _bestWatched = value;
            _waited = 0;
            return false;
        }

        return ++_waited >= policy.Patience;
    }
}
