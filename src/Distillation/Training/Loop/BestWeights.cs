namespace Distillation.Training;

/// <summary>Keeps the weights of a learner at the best validation, those of the student and of its loss, and gives them back.</summary>
internal sealed class BestWeights(Metric metric, Learner learner) : IDisposable
{
    private TensorSnapshot? _weights;

    public TrainingProgress? Report { get; private set; }

    /// <summary>Gets what is kept: parameters, then buffers.</summary>
    public IReadOnlyList<Tensor> Kept => _weights?.Kept ?? [];

    public void Consider(TrainingProgress report)
    {
        double value = metric.Of(report.Validation!);
        if (double.IsNaN(value) || (Report is not null && !metric.IsBetter(value, metric.Of(Report.Validation!))))
        {
            return;
        }

        Keep(report);
    }

    /// <summary>Keeps the weights as they are.</summary>
    public void Keep(TrainingProgress report)
    {
        _weights ??= new(LearnerState.WeightsOf(learner));
        _weights.Keep();
        Report = report;
    }

    public void Restore() => _weights?.Restore();

    public void Dispose() => _weights?.Dispose();
}
