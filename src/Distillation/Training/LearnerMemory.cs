namespace Distillation.Training;

/// <summary>A copy of all that a learner has learned, to go back to: weights and buffers of student and loss, and moving averages.</summary>
internal sealed class LearnerMemory : IDisposable
{
    private readonly Learner _learner;
    private readonly TensorMemory _weights;
    private Tensor[] _averages = [];

    public LearnerMemory(Learner learner)
    {
        _learner = learner;
        _weights = new([.. new[] { learner.Student.Module, learner.Loss.Module }.OfType<torch.nn.Module>().SelectMany(LearnerState.WeightsOf).Select(one => one.Tensor)]);
    }

    /// <summary>Gets what is kept, by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Kept =>
        _weights.Kept.Select((tensor, i) => (Name("weights", i), tensor)).Concat(_averages.Select((tensor, i) => (Name("average", i), tensor)));

    public void Keep()
    {
        using var noGradient = torch.no_grad();
        _weights.Keep();
        DropAverages();
        _averages = [.. _learner.Average?.Averages.Select(average => average.clone().DetachFromDisposeScope()) ?? []];
    }

    /// <summary>Keeps what was saved in place of what is kept.</summary>
    public void Load(IReadOnlyCollection<string> names, Func<string, Tensor> read)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        foreach ((int i, Tensor kept) in _weights.Kept.Index())
        {
            _ = kept.copy_(read(Name("weights", i)));
        }

        DropAverages();
        torch.Device device = ModuleTree.DeviceOf(_learner.Student.Module);
        _averages = [.. Enumerable.Range(0, names.Count(name => name.StartsWith(Name("average", null), StringComparison.Ordinal))).Select(i => read(Name("average", i)).to(device).DetachFromDisposeScope())];
    }

    public void Restore()
    {
        _weights.Restore();
        _learner.Average?.Reset(_averages);
    }

    public void Dispose()
    {
        _weights.Dispose();
        DropAverages();
    }

    private string Name(string what, int? number) => $"good/{_learner.Name}/{what}/{number}";

    private void DropAverages()
    {
        Array.ForEach(_averages, average => average.Dispose());
        _averages = [];
    }
}
