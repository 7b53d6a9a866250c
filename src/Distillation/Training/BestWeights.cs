namespace Distillation.Training;

/// <summary>Keeps the weights of the best validation, and gives them back.</summary>
internal sealed class BestWeights(Metric metric, torch.nn.Module module) : IDisposable
{
    private readonly List<(Tensor Live, Tensor Kept)> _state = [];

    public TrainingProgress? Report { get; private set; }

    /// <summary>Gets what is kept: parameters, then buffers.</summary>
    public IEnumerable<Tensor> Kept => _state.Select(tensor => tensor.Kept);

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
        using var noGradient = torch.no_grad();
        if (_state.Count == 0)
        {
            _state.AddRange(module.parameters().Concat(module.buffers()).Select(live => (live, live.clone().DetachFromDisposeScope())));
        }
        else
        {
            _state.ForEach(tensor => tensor.Kept.copy_(tensor.Live));
        }

        Report = report;
    }

    public void Restore()
    {
        using var noGradient = torch.no_grad();
        _state.ForEach(tensor => tensor.Live.copy_(tensor.Kept));
    }

    public void Dispose() => _state.ForEach(tensor => tensor.Kept.Dispose());
}
