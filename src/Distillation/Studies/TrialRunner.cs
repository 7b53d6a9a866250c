using System.Text.Json;
using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Distillation.Evaluation;
using Distillation.Training;
using Microsoft.Extensions.Logging;

namespace Distillation.Studies;

/// <summary>Runs the trainings of a study, several at once, and keeps their outcomes.</summary>
internal sealed class TrialRunner(
    ITeacher teacher,
    StudyData data,
    EvaluationTask task,
    Metric metric,
    StudyOptions options,
    TrialStore store,
    StudyReporter reporter,
    ILogger logger)
{
    private readonly Lock _teacherLock = new();
    private readonly Lazy<string> _teacher = new(() => teacher.Fingerprint() ?? teacher.GetType().Name);

    /// <summary>Runs trainings; an outcome that is there already is used again.</summary>
    /// <param name="trials">The trainings.</param>
    /// <param name="mayBegin">Whether a further training may begin.</param>
    /// <param name="cancellationToken">Cancels the trainings; the outcomes of those that have ended are kept.</param>
    /// <returns>The outcomes in order; <see langword="null"/> of a training that was not begun.</returns>
    public IReadOnlyList<TrialOutcome?> Run(IReadOnlyList<Trial> trials, Func<bool> mayBegin, CancellationToken cancellationToken)
    {
        if (options.Ranks is not { } ranks)
        {
            return Each([.. trials]);
        }

        int own = 0;
        TrialOutcome?[] outcomes = [.. ranks.Share(trials.Count, Own).Select(Outcome)];
        reporter.EndedOnOtherRanks(outcomes.OfType<TrialOutcome>().Count() - own);
        return outcomes;

        IReadOnlyList<byte[]> Own(IReadOnlyList<int> numbers)
        {
            TrialOutcome?[] some = Each([.. numbers.Select(number => trials[number])]);
            own = some.OfType<TrialOutcome>().Count();
            return [.. some.Select(Bytes)];
        }

        TrialOutcome?[] Each(Trial[] some) =>
            [.. ParallelTrainings.Run(some.Length, options.Parallelism, (number, stop) => Run(some[number], mayBegin, stop), cancellationToken)];
    }

    private static byte[] Bytes(TrialOutcome? outcome) => outcome is null ? [] : JsonSerializer.SerializeToUtf8Bytes(outcome, StudyJson.Default.TrialOutcome);

    private static TrialOutcome? Outcome(byte[] bytes) => bytes.Length == 0 ? null : JsonSerializer.Deserialize(bytes, StudyJson.Default.TrialOutcome);

    private TrialOutcome? Run(Trial trial, Func<bool> mayBegin, CancellationToken stop)
    {
        (IDistillationLoss loss, TrainerOptions training) = (Loss(trial), Options(trial));
        string key = Key(trial, loss, training);
        TrialOutcome? outcome = store.Find(key);
        if (outcome is null)
        {
            if (!mayBegin())
            {
                return null;
            }

            outcome = Train(trial, loss, training, key, stop);
            store.Save(outcome);
        }

        reporter.Ended(trial, outcome);
        return outcome;
    }

    private TrialOutcome Train(Trial trial, IDistillationLoss loss, TrainerOptions training, string key, CancellationToken stop)
    {
        using torch.nn.Module<Tensor, Tensor> network = ParallelTrainings.Seeded(trial.Seed, trial.Student.Create);
        using IStudent student = Student.From(network);
        using ITeacher shared = new SharedTeacher(teacher, _teacherLock);
        IDataSource train = TrainOf(trial);
        IDataSource? validation = training.SelectedBy is null ? null : data.Validation;
        try
        {
            _ = trial.Candidate is null
                ? new SupervisedTrainer(student, loss, training).Fit(train, validation, cancellationToken: stop)
                : new DistillationTrainer(shared, student, loss, training).Fit(train, validation, cancellationToken: stop);
        }
        catch (TrainingDivergedException exception) when (!trial.IsTested)
        {
            Log.TrialDiverged(logger, trial.Name, trial.Seed, exception.Message);
            return new() { Key = key, Value = double.NaN };
        }

        torch.Device device = ModuleTree.DeviceOf(network);
        using ITeacher model = loss.CreatePredictor(student) ?? student.AsTeacher();
        double value = Evaluator.Evaluate(model, data.Validation, task, device: device, cancellationToken: stop)[metric];
        return new() { Key = key, Value = value, Tested = trial.IsTested ? GroupedEvaluation.Of(model, data.Test, task, metric, device, stop) : null };
    }

    private IDataSource TrainOf(Trial trial) => trial.Candidate?.Train ?? data.Train;

    private IDistillationLoss Loss(Trial trial) => trial.Candidate?.Loss() ?? options.BaselineLoss?.Invoke() ?? BaselineLosses.Of(task);

    private TrainerOptions Options(Trial trial)
    {
        TrainerOptions training = trial.Candidate?.Training ?? options.Training;
        return training with
        {
            Seed = trial.Seed,
            Task = task,
            Epochs = Math.Max(1, (int)Math.Round(training.Epochs * trial.Budget)),
            Steps = training.Steps is { } steps ? Math.Max(1, (long)Math.Round(steps * trial.Budget)) : null,
        };
    }

    // All that an outcome depends on, as far as it can be put in words: another study in the directory has other keys.
    private string Key(Trial trial, IDistillationLoss loss, TrainerOptions training)
    {
        IEnumerable<string> settings =
        [
            .. RunSettings.Compared(training).Select(option => $"{option.Name} = {Description.Of(option.Value)}"),
            $"optimizer = {Description.Of(training.Optimizer)}",
            $"update = {Description.Of(training.Update)}",
            $"loss = {Description.Of(loss)}",
            $"teacher = {(trial.Candidate is null ? "none" : _teacher.Value)}",
            $"metric = {metric.Name}",
            $"tested = {trial.IsTested}",
            $"samples = {TrainOf(trial).Count}, {data.Validation.Count}, {data.Test.Count}",
        ];
        return $"{trial.Name}, {trial.Student.Name}: {string.Join("; ", settings)}";
    }
}
