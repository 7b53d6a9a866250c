using System.Text.Json;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Computes the reports of a run, logs them and passes them on.</summary>
internal sealed class ProgressReporter(
    TrainerOptions options, ITrainingScheme scheme, RunState state, ILogger logger, IProgress<TrainingProgress>? progress, RankGroup? group)
{
    // The ratio of a gradient's norm to its running mean from which on it is logged.
    private const double Spike = 10;

    /// <summary>Reports within an epoch where a report is due.</summary>
    /// <exception cref="TrainingDivergedException">A loss since the last report is not finite.</exception>
    public void EndStep()
    {
        TrainingPosition position = state.Position;
        bool endsPass = position.Step % position.StepsPerEpoch == 0 || state.IsOver;
        if (options.ReportEverySteps is { } steps && position.Step % steps == 0 && !endsPass)
        {
            // With or without a listener: a report begins the means anew, and the history must not depend on listeners.
            TrainingProgress report = Report(validation: null);
            progress?.Report(report);
        }
    }

    /// <summary>Computes the report of an epoch, and logs it.</summary>
    /// <exception cref="TrainingDivergedException">A loss since the last report is not finite.</exception>
    public TrainingProgress EndEpoch(EvaluationReport? validation)
    {
        TrainingProgress report = OfFirst(Report(validation));
        TrainingPosition position = report.Position;
        Log.EpochEnded(logger, position.Epoch, position.Step, report.Loss, report.LearningRate, report.SamplesPerSecond);
        if (report.Validation is { } validated)
        {
            Log.EpochValidated(logger, position.Epoch, validated);
        }

        return report;
    }

    public void Publish(TrainingProgress report) => progress?.Report(report);

    /// <summary>Creates the exception that names what is not finite: the losses since the last report, or else <paramref name="orElse"/>.</summary>
    public TrainingDivergedException Diverged(string orElse, IReadOnlyList<long>? samples) => Diverged(Read().NotFinite, orElse, samples);

    // All ranks have the report of rank 0, so that what follows from it is the same everywhere.
    private TrainingProgress OfFirst(TrainingProgress report)
    {
        if (group is null)
        {
            return report;
        }

        byte[] bytes = group.Broadcast(group.IsFirst ? JsonSerializer.SerializeToUtf8Bytes(report, RunJson.Default.TrainingProgress) : []);
        return group.IsFirst ? report : JsonSerializer.Deserialize(bytes, RunJson.Default.TrainingProgress)!;
    }

    private TrainingProgress Report(EvaluationReport? validation)
    {
        (LearnerReport validated, Dictionary<string, double> terms, (string Names, double Value)? notFinite) = Read();
        if (notFinite is { } loss)
        {
            throw Diverged(loss, "", samples: null);
        }

        WarnOfSpikes();
        return new()
        {
            Position = state.Position,
            Loss = validated.Loss,
            Terms = terms,
            LearningRate = validated.LearningRate,
            GradientNorm = validated.GradientNorm,
            Skipped = state.NonFinite.Skipped,
            SamplesPerSecond = state.TakeSpeed(),
            Elapsed = state.Elapsed,
            Remaining = state.Remaining,
            Validation = validation,
        };
    }

    // A loss that is not finite counts only where there is one: a learner whose updates were all skipped has none.
    private (LearnerReport Validated, Dictionary<string, double> Terms, (string Names, double Value)? NotFinite) Read()
    {
        (Learner Learner, LearnerReport Report, bool HasLosses)[] all =
        [
            .. scheme.Learners.Select(learner =>
            {
                (LearnerReport report, bool hasLosses) = learner.TakeReport();
                return (learner, report, hasLosses);
            }),
        ];
        LearnerReport validated = all.First(one => one.Learner == scheme.Validated).Report;
        Dictionary<string, double> terms = all.Length == 1
            ? new(validated.Terms)
            : all.SelectMany(one => one.Report.Terms.Select(term => ($"{one.Learner.Name}/{term.Key}", term.Value))).ToDictionary();
        (Learner? wrong, LearnerReport? report, _) = all.FirstOrDefault(one => one.HasLosses && !double.IsFinite(one.Report.Loss));
        if (wrong is null)
        {
            return (validated, terms, null);
        }

        // One term that diverges spoils the weights, and so soon the others: all are named.
        string[] diverged = [.. terms.Where(term => !double.IsFinite(term.Value)).Select(term => term.Key)];
        return (validated, terms, diverged.Length == 0 ? (wrong.Loss.Name, report!.Loss) : (string.Join(", ", diverged), terms[diverged[0]]));
    }

    private TrainingDivergedException Diverged((string Names, double Value)? loss, string orElse, IReadOnlyList<long>? samples)
    {
        string what = loss is { } wrong
            ? FormattableString.Invariant($"The loss '{wrong.Names}' is {wrong.Value}")
            : $"The loss is finite, but not the {orElse} of the {string.Join(" or the ", scheme.Learners.Select(learner => learner.Name))}";
        Log.TrainingDiverged(logger, what, state.Position.Step);
        return new(what, loss?.Names ?? orElse, state.Position, samples);
    }

    private void WarnOfSpikes()
    {
        foreach (Learner learner in scheme.Learners)
        {
            double peak = learner.TakeNormPeak();
            if (peak > Spike)
            {
                Log.GradientSpiked(logger, learner.Name, peak, state.Position.Step);
            }
        }
    }
}
