using Distillation.Checkpoints;

namespace Distillation.Training;

/// <summary>A copy of all that a learner has learned, to go back to: weights and buffers of student and loss, and moving averages.</summary>
internal sealed class ModelSnapshot : IDisposable
{
    private readonly Learner _learner;
    private readonly TensorSnapshot _weights;
    private Tensor[] _averages = [];

    public ModelSnapshot(Learner learner)
    {
        _learner = learner;
        _weights = new(LearnerState.WeightsOf(learner));
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
    public void Load(SavedTensors saved)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((int i, Tensor kept) in _weights.Kept.Index())
        {
            saved.CopyTo(kept, Name("weights", i));
        }

        DropAverages();
        if (saved.Names.Contains(Name("average", 0)))
        {
            _averages =
            [
                .. _learner.Average?.Averages.Select((average, i) => saved.ReadLike(Name("average", i), average).to(average.device).DetachFromDisposeScope())
                    ?? [],
            ];
        }
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

    private string Name(string what, int number) => $"good/{_learner.Name}/{what}/{number}";

    private void DropAverages()
    {
        Array.ForEach(_averages, average => average.Dispose());
        _averages = [];
    }
}
