namespace Distillation.Training;

/// <summary>Puts the averaged weights of all who have an average in their students, and the trained ones back when disposed.</summary>
internal sealed class AveragedWeights(IReadOnlyList<Learner> learners) : IDisposable
{
    private readonly IDisposable[] _swaps = [.. learners.Select(learner => learner.Average?.Swap()).OfType<IDisposable>()];

    public void Dispose()
    {
        foreach (IDisposable swap in _swaps)
        {
            swap.Dispose();
        }
    }
}
