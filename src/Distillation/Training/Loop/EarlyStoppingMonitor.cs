namespace Distillation.Training;

/// <summary>Says when validation has not improved for long enough.</summary>
internal sealed class EarlyStoppingMonitor(EarlyStopping? policy)
{
    private double? _best;
    private int _waited;

    /// <summary>Gets or sets the best value so far, and for how many validations it has stood.</summary>
    public (double? Best, int Waited) State
    {
        get => (_best, _waited);
        set => (_best, _waited) = value;
    }

    public bool HasSeenEnough(EvaluationReport report)
    {
        if (policy is null)
        {
            return false;
        }

        double value = policy.Metric.Of(report);
        if (_best is null || policy.Metric.IsBetter(value, _best.Value, policy.MinimumImprovement))
        {
            _best = value;
            _waited = 0;
            return false;
        }

        return ++_waited >= policy.Patience;
    }
}
