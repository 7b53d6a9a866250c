using Distillation.Training;

namespace Distillation.Testing;

/// <summary>Trains new schemes, and returns what they learned.</summary>
internal sealed class SchemeRuns(Func<ITrainingScheme> create, IDataSource data, SchemeCheckOptions options)
{
    private (Dictionary<string, double[]> First, Dictionary<string, double[]> Second)? _undisturbed;

    /// <summary>Gets what two runs with the same seed learned; they run once.</summary>
    public (Dictionary<string, double[]> First, Dictionary<string, double[]> Second) Undisturbed =>
        _undisturbed ??= (Train(options.Training).After, Train(options.Training).After);

    /// <summary>Gets whether a run is a function of its seed.</summary>
    public bool AreReproducible => Difference(Undisturbed.Second, Undisturbed.First) is null;

    /// <summary>Gets whether a loss of the scheme compares samples, so that micro-batches give another update.</summary>
    public bool ComparesSamples()
    {
        using ITrainingScheme scheme = Create();
        return scheme.Learners.Any(learner => learner.Loss.ComparesSamples);
    }

    /// <summary>Trains a new scheme.</summary>
    public (Dictionary<string, double[]> Before, Dictionary<string, double[]> After) Train(TrainerOptions training)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using ITrainingScheme scheme = Create();
        Dictionary<string, double[]> before = State(scheme);
        new TrainingLoop(training).Run(scheme, data);
        return (before, State(scheme));
    }

    /// <summary>Trains a new scheme until it has made so many updates, and cancels the run.</summary>
    /// <returns>Whether the run was canceled.</returns>
    public bool Cancel(TrainerOptions training, long steps)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var source = new CancellationTokenSource();
        using ITrainingScheme scheme = Create();
        try
        {
            new TrainingLoop(training).Run(scheme, data, progress: new CancelingProgress(source, steps), cancellationToken: source.Token);
        }
        catch (OperationCanceledException)
        {
            return true;
        }

        return false;
    }

    /// <summary>Trains and disposes a new scheme, and returns how many tensors that left, without those of its models and losses.</summary>
    public long Left()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        ITrainingScheme scheme = Create();
        IDistillationLoss[] losses = [.. scheme.Learners.Select(learner => learner.Loss)];
        long before = LiveTensors.OfThread - Learned(losses);
        using (scheme)
        using (torch.NewDisposeScope())
        {
            // A batch that another thread reads is made there and disposed here, and the count is that of this thread.
            new TrainingLoop(options.Training with { Prefetch = 0 }).Run(scheme, data);
        }

        return LiveTensors.OfThread - Learned(losses) - before;
    }

    /// <summary>A message unless both have the same bits.</summary>
    public static string? Difference(Dictionary<string, double[]> actual, Dictionary<string, double[]> expected) =>
        expected.Select(one => Numbers.BitDifference($"'{one.Key}'", actual.GetValueOrDefault(one.Key, []), one.Value))
            .FirstOrDefault(message => message is not null);

    private static long Learned(IDistillationLoss[] losses) => losses.Sum(loss => loss.Module?.state_dict().Count ?? 0L);

    private static Dictionary<string, double[]> State(ITrainingScheme scheme)
    {
        var state = new Dictionary<string, double[]>();
        foreach (Learner learner in scheme.Learners)
        {
            foreach ((string name, Tensor tensor) in learner.Student.Module.state_dict())
            {
                state[$"{learner.Name}.{name}"] = Numbers.Of(tensor);
            }

            foreach ((string name, Tensor tensor) in learner.Loss.Module?.state_dict() ?? [])
            {
                state[$"{learner.Name}, loss.{name}"] = Numbers.Of(tensor);
            }
        }

        return state;
    }

    private ITrainingScheme Create()
    {
        torch.manual_seed(options.Seed);
        return create();
    }

    private sealed class CancelingProgress(CancellationTokenSource source, long steps) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Position.Step >= steps)
            {
                source.Cancel();
            }
        }
    }
}
