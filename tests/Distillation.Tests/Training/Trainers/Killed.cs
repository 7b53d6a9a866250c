using Microsoft.Extensions.Logging;

namespace Distillation.Tests.Training.Trainers;

/// <summary>Trainings that die without a last checkpoint, and begin anew with new models, until they are over.</summary>
internal static class Killed
{
    private const int StageStarted = 113;

    /// <summary>Kills a training after random updates, until it is over.</summary>
    /// <param name="train">Makes models and trains them, with the checkpoints and reports that it gets; returns their weights.</param>
    /// <param name="options">The options without checkpoints, of a run that is long enough for some kills.</param>
    /// <param name="seed">The seed of the updates.</param>
    /// <returns>The weights in the end.</returns>
    public static double[] AtRandom(Func<TrainerOptions, IProgress<TrainingProgress>, double[]> train, TrainerOptions options, int seed)
    {
        string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
        try
        {
            var random = new Random(seed);
            options = options with { Checkpoints = new(directory) { EverySteps = 3 }, ReportEverySteps = 1 };
            for (int kills = 0; ; kills++)
            {
                int left = random.Next(2, 9);
                try
                {
                    double[] weights = train(options, new CollectingProgress { OnReport = _ => Die(--left == 0) });
                    kills.Should().BeGreaterThan(1, "it must have been killed");
                    return weights;
                }
                catch (DeathException)
                {
                    // It begins again.
                }
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Kills a training as each of its stages but the first begins.</summary>
    /// <param name="train">Makes models and trains them, with the checkpoints and logger that it gets; returns their weights.</param>
    /// <param name="options">The options without checkpoints.</param>
    /// <param name="stages">The number of stages.</param>
    /// <returns>The weights in the end.</returns>
    public static double[] BetweenStages<T>(Func<TrainerOptions, ILogger<T>, double[]> train, TrainerOptions options, int stages)
    {
        string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
        try
        {
            options = options with { Checkpoints = new(directory) };
            for (int stage = 2; stage <= stages; stage++)
            {
                int left = stage;
                Action killed = () => train(options, new Watching<T>(id => Die(id == StageStarted && --left == 0)));
                killed.Should().Throw<DeathException>();
            }

            return train(options, new Watching<T>(_ => { }));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Die(bool now)
    {
        if (now)
        {
            throw new DeathException();
        }
    }

    private sealed class DeathException : Exception;

    private sealed class Watching<T>(Action<int> onEvent) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            onEvent(eventId.Id);
    }
}
