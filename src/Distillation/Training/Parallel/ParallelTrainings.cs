using System.Runtime.ExceptionServices;

namespace Distillation.Training;

/// <summary>Runs several trainings at once, each on one thread, to the same bits as one after the other.</summary>
/// <remarks>
/// <para>
/// While they run, libtorch computes with one thread for each (<c>torch.set_num_threads(1)</c>, of the whole process), also where only one runs at a time:
/// the number of threads is part of the bits. Models are created with <see cref="Seeded"/>, for libtorch has one generator of random numbers for all.
/// </para>
/// <para>
/// A training whose first update draws from that generator, as dropout does, has it alone until it ends: such trainings run one after the other, beside those
/// that do not draw. One that saves checkpoints, which hold the state of the generator, does the same. What draws in a later update for the first time is not
/// reproducible.
/// </para>
/// </remarks>
public static class ParallelTrainings
{
    /// <summary>Runs trainings.</summary>
    /// <typeparam name="T">The result of a training: numbers, or tensors that are detached from the dispose scope.</typeparam>
    /// <param name="count">The number of trainings; zero or positive.</param>
    /// <param name="parallelism">How many run at once; positive.</param>
    /// <param name="train">
    /// Runs the training of a number in [0, count), on a thread of its own: it shares no student, loss or data that changes with others. The token is canceled
    /// when another training fails.
    /// </param>
    /// <param name="cancellationToken">Cancels the trainings.</param>
    /// <returns>The results, in the order of the numbers.</returns>
    /// <exception cref="OperationCanceledException">The trainings were canceled.</exception>
    public static IReadOnlyList<T> Run<T>(
        int count, int parallelism, Func<int, CancellationToken, T> train, CancellationToken cancellationToken = default)
    {
        Require.NotNegative(count);
        Require.Positive(parallelism);
        Require.Present(train);
        var results = new T[count];
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        try
        {
            Thread[] workers = [.. Enumerable.Range(0, Math.Min(parallelism, count)).Select(number => new Thread(Work) { Name = $"training {number}" })];
            Array.ForEach(workers, worker => worker.Start());
            Array.ForEach(workers, worker => worker.Join());
        }
        finally
        {
            torch.set_num_threads(threads);
        }

        failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return results;

        void Work()
        {
            GeneratorLease.IsOneOfSeveral = true;

            // Each thread has its own number in OpenMP.
            torch.set_num_threads(1);
            try
            {
                for (int i = Interlocked.Increment(ref next); i < count && !stop.IsCancellationRequested; i = Interlocked.Increment(ref next))
                {
                    using var scope = torch.NewDisposeScope();
                    results[i] = train(i, stop.Token);
                }
            }
#pragma warning disable CA1031 // Whatever a training throws, the caller gets it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // What others throw because they are canceled then is not the cause.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                stop.Cancel();
            }
        }
    }

    /// <summary>Creates a model with random weights that depend on the seed alone, whatever trains meanwhile.</summary>
    /// <typeparam name="T">The type of the model.</typeparam>
    /// <param name="seed">Any number.</param>
    /// <param name="create">Creates the model.</param>
    /// <returns>What it creates.</returns>
    public static T Seeded<T>(int seed, Func<T> create)
    {
        Require.Present(create);
        return GeneratorLease.Run(seed, create);
    }
}
