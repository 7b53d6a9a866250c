namespace Distillation.Testing;

/// <summary>Compares runs of a training scheme.</summary>
internal sealed class RunChecks(SchemeRuns runs, SchemeCheckOptions options)
{
    public string? SameSeed() => SchemeRuns.Difference(runs.Undisturbed.Second, runs.Undisturbed.First) is { } message
        ? $"Two runs with the seed {options.Training.Seed} must end with the same bits. {message}"
        : null;

    public string? MicroBatches()
    {
        if (!options.ChecksMicroBatches || !runs.AreReproducible || runs.ComparesSamples())
        {
            return null;
        }

        TrainerOptions whole = options.Training with { Steps = 1, MicroBatchSize = null };
        TrainerOptions parts = whole with { MicroBatchSize = Math.Max(1, (whole.BatchSize / 2) - 1) };
        Dictionary<string, double[]> expected = Updates(whole);
        Dictionary<string, double[]> actual = Updates(parts);
        return expected.Select(one => Numbers.RelativeDifference(
                $"By micro-batches of {parts.MicroBatchSize} samples, the update of '{one.Key}'", actual[one.Key], one.Value, options.MicroBatchTolerance))
            .FirstOrDefault(message => message is not null);
    }

    public string? Resume()
    {
        if (!runs.AreReproducible)
        {
            return null;
        }

        DirectoryInfo directory = Directory.CreateTempSubdirectory("distillation-");
        try
        {
            TrainerOptions training = options.Training with
            {
                ReportEverySteps = 1,
                Checkpoints = new CheckpointOptions(directory.FullName) { EveryInterval = null, OnTermination = false },
            };
            long steps = (options.Training.Steps ?? options.Training.Epochs) / 2;
            if (!runs.Cancel(training, steps))
            {
                return $"The run must be long enough to be canceled after {steps} updates, but came to its end: raise {nameof(TrainerOptions.Steps)}.";
            }

            return SchemeRuns.Difference(runs.Train(training).After, runs.Undisturbed.First) is { } message
                ? $"A run that was canceled after {steps} updates, and resumed, must end with the bits of an undisturbed one. {message}"
                : null;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    public string? LiveTensors()
    {
        // The first run makes what is kept, such as static tensors.
        runs.Left();
        Testing.LiveTensors.CollectGarbage();
        long left = runs.Left();
        return left <= 0 ? null : $"A run and the disposal of the scheme must leave no tensor, but left {left}.";
    }

    private Dictionary<string, double[]> Updates(TrainerOptions training)
    {
        (Dictionary<string, double[]> before, Dictionary<string, double[]> after) = runs.Train(training);
        return before.ToDictionary(one => one.Key, one => after[one.Key].Zip(one.Value, (now, then) => now - then).ToArray());
    }
}
