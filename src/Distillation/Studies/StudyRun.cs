using Distillation.Diagnostics;
using Distillation.Evaluation;
using Distillation.Training;
using Microsoft.Extensions.Logging;

namespace Distillation.Studies;

/// <summary>One run of a study: the search, the pairs, the verdict.</summary>
internal sealed class StudyRun
{
    // The seeds of the search are others than those of the pairs.
    private const int FirstSearchSeed = 1000;

    private readonly ITeacher _teacher;
    private readonly IReadOnlyList<StudyCandidate> _candidates;
    private readonly StudyStudent[] _students;
    private readonly StudyStudent[] _ofCandidate;
    private readonly StudyData _data;
    private readonly StudyOptions _options;
    private readonly ILogger _logger;
    private readonly EvaluationTask _task;
    private readonly Metric _metric;
    private readonly Dictionary<string, ModelCost> _costs;
    private readonly CandidateSearch _search;
    private readonly StudyReporter _reporter;
    private readonly TrialRunner _runner;

    /// <exception cref="ArgumentException">The data implies no task, or does not fit it.</exception>
    public StudyRun(
        ITeacher teacher,
        IReadOnlyList<StudyCandidate> candidates,
        Func<torch.nn.Module<Tensor, Tensor>> student,
        StudyData data,
        StudyOptions options,
        ILogger logger,
        IProgress<StudyProgress>? progress)
    {
        _teacher = teacher;
        _candidates = candidates;
        _data = data;
        _options = options;
        _logger = logger;
        _ofCandidate = [.. candidates.Select(candidate => new StudyStudent(candidate.StudentName, candidate.Student ?? student))];
        _students = [.. _ofCandidate.DistinctBy(one => one.Name)];
        _costs = _students.ToDictionary(one => one.Name, Measure);
        EvaluationTask task = RequireTask();
        _metric = options.Metric ?? task.Metrics[0];
        _task = task;
        if (options.BaselineLoss is null)
        {
            _ = BaselineLosses.Of(_task);
        }

        _search = new CandidateSearch(candidates.Count, options, _metric);
        int trainings = _search.Trainings + (2 * options.Pairs) + ((_students.Length - 1) * options.SearchSeeds);
        _reporter = new StudyReporter(trainings, _metric, logger, progress);
        _runner = new TrialRunner(teacher, data, _task, _metric, options, new(options.Directory, logger), _reporter, logger);
    }

    public StudyResult Run(CancellationToken cancellationToken)
    {
        SearchResult found = _search.Run((candidates, budget) => Try(candidates, budget, cancellationToken));
        StudyCandidate best = _candidates[found.Best];
        StudyStudent student = _ofCandidate[found.Best];
        Trial[] pairs = [.. Enumerable.Range(0, _options.Pairs).SelectMany(number => Pair(student, best, _options.Seed + number))];
        StudyStudent[] others = [.. _students.Where(one => one.Name != student.Name)];
        Trial[] aloneOthers = [.. others.SelectMany(other => SearchSeeds.Select(seed => new Trial(other, null, seed, Budget: 1, IsTested: false)))];
        TrialOutcome[] outcomes = [.. _runner.Run([.. pairs, .. aloneOthers], () => true, cancellationToken).OfType<TrialOutcome>()];
        TrialOutcome[] alone = [.. outcomes.Take(pairs.Length).Where((_, place) => place % 2 == 0)];
        TrialOutcome[] distilled = [.. outcomes.Take(pairs.Length).Where((_, place) => place % 2 == 1)];
        StudyPoint[] points =
        [
            .. _candidates.Index().Where(one => one.Index != found.Best)
                .Select(one => Point(one.Item.Name, _ofCandidate[one.Index], found.Values[one.Index], found.Budgets[one.Index])),
            Point(best.Name, student, distilled.Average(one => one.Value), 1),
            Point(DistillationStudy.NameAlone(student.Name), student, alone.Average(one => one.Value), 1),
            .. others.Zip(outcomes.Skip(pairs.Length).Chunk(_options.SearchSeeds))
                .Select(one => Point(DistillationStudy.NameAlone(one.First.Name), one.First, one.Second.Average(outcome => outcome.Value), 1)),
        ];
        return Result(best, alone, distilled, cancellationToken) with
        {
            Points = [.. points.OrderBy(point => point.Value, Comparer<double>.Create(_search.Compare))],
            IsComplete = found.IsComplete,
            Elapsed = _reporter.Elapsed,
        };
    }

    private IEnumerable<int> SearchSeeds => Enumerable.Range(_options.Seed + FirstSearchSeed, _options.SearchSeeds);

    private static IEnumerable<Trial> Pair(StudyStudent student, StudyCandidate candidate, int seed) =>
        [new(student, null, seed, Budget: 1, IsTested: true), new(student, candidate, seed, Budget: 1, IsTested: true)];

    /// <summary>Trains candidates with a share of the epochs, and returns the mean value of each; nothing of one that was not trained.</summary>
    private IReadOnlyList<double?> Try(IReadOnlyList<int> candidates, double budget, CancellationToken cancellationToken)
    {
        Trial[] trials =
        [
            .. candidates.SelectMany(i => SearchSeeds.Select(seed => new Trial(_ofCandidate[i], _candidates[i], seed, budget, IsTested: false))),
        ];
        return
        [
            .. _runner.Run(trials, () => _options.SearchBudget is not { } most || _reporter.Elapsed < most, cancellationToken)
                .Chunk(_options.SearchSeeds)
                .Select(outcomes => outcomes.Any(outcome => outcome is null) ? null : (double?)outcomes.Average(outcome => outcome!.Value)),
        ];
    }

    private StudyResult Result(StudyCandidate best, TrialOutcome[] alone, TrialOutcome[] distilled, CancellationToken cancellationToken)
    {
        (double difference, Interval interval) = PairedBootstrap.Difference(
            _metric, [.. alone.Select(one => one.Tested!.Groups)], [.. distilled.Select(one => one.Tested!.Groups)], _options.Level, _options.Seed);
        return new()
        {
            Verdict = DistillationVerdicts.Of(interval, _metric),
            Best = best.Name,
            Metric = _metric.Name,
            HigherIsBetter = _metric.HigherIsBetter,
            Difference = difference,
            Interval = interval,
            Level = _options.Level,
            Pairs = PairedComparison.Of(
                [.. alone.Select(one => one.Tested!.Report[_metric])], [.. distilled.Select(one => one.Tested!.Report[_metric])], _options.Level),
            Alone = [.. alone.Select(one => one.Tested!.Report)],
            Distilled = [.. distilled.Select(one => one.Tested!.Report)],
            McNemar = [.. alone.Zip(distilled).Select(pair => pair.First.Tested!.CompareHits(pair.Second.Tested!)).OfType<McNemarTest>()],
            Points = [],
            Teacher = MeasureTeacher(cancellationToken),
            IsComplete = true,
            Elapsed = default,
        };
    }

    private StudyPoint Point(string name, StudyStudent student, double value, double budget) =>
        new() { Name = name, StudentName = student.Name, Value = value, Budget = budget, Cost = _costs[student.Name] };

    private ModelCost Measure(StudyStudent student)
    {
        using var scope = torch.NewDisposeScope();
        using torch.nn.Module<Tensor, Tensor> network = ParallelTrainings.Seeded(_options.Seed, student.Create);
        return ModelCost.Measure(network, DataPass.Read(_data.Validation, 0, 1, ModuleTree.DeviceOf(network)).Inputs);
    }

    /// <summary>Finds out the task, and measures an untrained student on one batch of the validation and of the test data.</summary>
    private EvaluationTask RequireTask()
    {
        using torch.nn.Module<Tensor, Tensor> network = ParallelTrainings.Seeded(_options.Seed, _students[0].Create);
        using IStudent student = Student.From(network);
        using ITeacher model = student.AsTeacher();
        EvaluationTask task = Of(_data.Validation, _options.Task);
        return Of(_data.Test, task);

        EvaluationTask Of(IDataSource source, EvaluationTask? given) => Evaluator.RequireTask(
            model,
            source,
            given,
            ignoredLabel: null,
            $"{nameof(StudyOptions)}.{nameof(StudyOptions.Task)}",
            _options.Training.BatchSize,
            ModuleTree.DeviceOf(network),
            _options.Metric);
    }

    // The verdict needs the teacher on the training data alone: one that fails on other data is left out of the report.
    private EvaluationReport? MeasureTeacher(CancellationToken cancellationToken)
    {
        if (TeacherMonitor.Live(_teacher) is not { } live)
        {
            return null;
        }

        try
        {
            return Evaluator.Evaluate(live, _data.Test, _task, cancellationToken: cancellationToken);
        }
#pragma warning disable CA1031 // Whatever a teacher throws on data that no student is trained with, the study has its result.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Log.TeacherNotMeasured(_logger, exception.Message);
            return null;
        }
    }
}
