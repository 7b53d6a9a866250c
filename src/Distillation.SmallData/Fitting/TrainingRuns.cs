using Distillation.Training;

namespace Distillation.SmallData;

/// <summary>Runs trainings one after the other with all of libtorch's threads, or several at once with one thread each.</summary>
internal static class TrainingRuns
{
    /// <param name="count">The number of trainings.</param>
    /// <param name="parallelism">How many run at once; <see langword="null"/>: one, on this thread.</param>
    /// <param name="train">Runs the training of a number.</param>
    /// <param name="cancellationToken">Cancels the trainings.</param>
    public static IReadOnlyList<T> Run<T>(int count, int? parallelism, Func<int, CancellationToken, T> train, CancellationToken cancellationToken)
    {
        if (parallelism is { } several)
        {
            return ParallelTrainings.Run(count, several, train, cancellationToken);
        }

        var results = new T[count];
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            results[i] = train(i, cancellationToken);
        }

        return results;
    }
}
