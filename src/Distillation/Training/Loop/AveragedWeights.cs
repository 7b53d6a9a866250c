namespace Distillation.Training;

/// <summary>Puts the averaged weights of learners that have an average into their students, and the trained ones back at disposal.</summary>
internal sealed class AveragedWeights(IReadOnlyList<Learner> learners) : IDisposable
{
    private readonly IDisposable[] _swaps = [.. learners.Select(learner => learner.UseAverage()).OfType<IDisposable>()];

    public void Dispose() => Array.ForEach(_swaps, swap => swap.Dispose());
}
