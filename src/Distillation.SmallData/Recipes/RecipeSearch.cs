using System.Diagnostics;
using Distillation.Data;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>Chooses a recipe by cross-validation inside the training data, the simpler of two that do equally well.</summary>
/// <remarks>The plain original is always among the candidates: where nothing helps, the result is the plain original.</remarks>
public sealed class RecipeSearch
{
    private readonly Func<torch.nn.Module<Tensor, Tensor>> _original;
    private readonly Recipe[] _candidates;
    private readonly RecipeSearchOptions _options;

    /// <summary>Puts a search together.</summary>
    /// <param name="original">Makes a new original, from inputs [N, ...] to logits [N, C], with weights from libtorch's generator.</param>
    /// <param name="candidates">The recipes; <see cref="Recipe.Plain"/> is added where it is missing.</param>
    /// <param name="options">How they are compared; the defaults if not given.</param>
    public RecipeSearch(Func<torch.nn.Module<Tensor, Tensor>> original, IReadOnlyList<Recipe> candidates, RecipeSearchOptions? options = null)
    {
        _original = Require.Present(original);
        Recipe[] given = [.. Require.Present(candidates).Select(candidate => Require.Present(candidate, nameof(candidates)))];
        _candidates = given.Any(candidate => candidate.Kind == RecipeKind.Plain) ? given : [Recipe.Plain, .. given];
        _options = options ?? new RecipeSearchOptions();
    }

    /// <summary>Compares the recipes.</summary>
    /// <param name="data">The labeled samples. Nothing else is looked at.</param>
    /// <param name="progress">Receives the share that is done, on the thread of a training, one at a time.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="OperationCanceledException">The search was ended.</exception>
    public RecipeSearchResult Run(LabeledSamples data, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        var clock = Stopwatch.StartNew();
        using var scope = torch.NewDisposeScope();
        using var samples = new TensorData(data.Inputs, data.RequireLabels());
        long[] labels = data.RequireLabels().cpu().data<long>().ToArray();
        int parts = _options.Rounds * _options.Folds;
        var ended = new Lock();
        int done = 0;
        EvaluationReport[][] reports = [.. TrainingRuns.Run(parts, _options.Parallelism, Compare, cancellationToken).OfType<EvaluationReport[]>()];
        return Choose([.. Enumerable.Range(0, _candidates.Length).Select(i => reports.Select(part => part[i]).ToArray())], reports.Length == parts);

        EvaluationReport[]? Compare(int part, CancellationToken stop)
        {
            if (part > 0 && clock.Elapsed > _options.TimeBudget)
            {
                return null;
            }

            int seed = unchecked((int)SplitMix64.Mix(_options.Seed, part));
            Fold fold = Split.StratifiedInFolds(labels, _options.Folds, unchecked(_options.Seed + (part / _options.Folds)))[part % _options.Folds];
            using var inner = torch.NewDisposeScope();
            using var train = new LabeledSamples(samples.Subset(fold.Train), data.Classes);
            IDataSource heldOut = samples.Subset(fold.HeldOut);
            using var fitted = new FittedTeachers(train, seed, stop);
            return [.. _candidates.Select(candidate =>
            {
                stop.ThrowIfCancellationRequested();
                EvaluationReport report = Try(candidate, train, fitted, heldOut, seed, stop);
                lock (ended)
                {
                    progress?.Report((double)++done / (parts * _candidates.Length));
                }

                return report;
            })];
        }
    }

    private EvaluationReport Try(Recipe recipe, LabeledSamples train, FittedTeachers fitted, IDataSource heldOut, int seed, CancellationToken cancellationToken)
    {
        if (recipe.Kind == RecipeKind.TeacherItself)
        {
            return Evaluator.Evaluate(fitted.Of(recipe.Teacher!).Teacher, heldOut, cancellationToken: cancellationToken);
        }

        using TrainingMaterial material = recipe.Prepare(train, recipe.Teacher is { } teacher ? fitted.Of(teacher) : null, seed);
        using torch.nn.Module<Tensor, Tensor> model = OriginalTraining.Fit(
            _original, material.Samples, recipe.TrainingFrom(_options.Training), seed, cancellationToken);
        using ITeacher asTeacher = Teacher.From(model);
        return Evaluator.Evaluate(asTeacher, heldOut, cancellationToken: cancellationToken);
    }

    private RecipeSearchResult Choose(EvaluationReport[][] reports, bool isComplete)
    {
        double[][] values = [.. reports.Select(all => all.Select(report => report[_options.Metric]).ToArray())];
        int best = BestOf(values, _ => true);
        RecipeScore[] scores = [.. _candidates.Select((candidate, i) => new RecipeScore
        {
            Recipe = candidate,
            Reports = reports[i],
            Mean = values[i].Average(),
            StandardErrorOfDifference = StandardError(values[best], values[i]),
        })];
        return new()
        {
            Chosen = Simplest(values, scores, best),
            ChosenForOriginal = Simplest(values, scores, BestOf(values, i => _candidates[i].Kind != RecipeKind.TeacherItself), RecipeKind.TeacherItself),
            Scores = scores,
            Metric = _options.Metric,
            IsComplete = isComplete,
        };
    }

    private int BestOf(double[][] values, Func<int, bool> counts)
    {
        int[] counting = [.. Enumerable.Range(0, values.Length).Where(counts)];
        return counting.Aggregate((best, next) => _options.Metric.IsBetter(values[next].Average(), values[best].Average()) ? next : best);
    }

    // Of the recipes within one standard error of the best, the first of the simplest kind.
    private static Recipe Simplest(double[][] values, RecipeScore[] scores, int best, RecipeKind? besides = null) => Enumerable.Range(0, scores.Length)
        .Where(i => scores[i].Recipe.Kind != besides)
        .Where(i => i == best || Math.Abs(values[best].Average() - values[i].Average()) <= StandardError(values[best], values[i]))
        .OrderBy(i => scores[i].Recipe.Kind)
        .Select(i => scores[i].Recipe)
        .First();

    private static double StandardError(double[] best, double[] other)
    {
        double[] differences = [.. best.Zip(other, (one, two) => one - two)];
        double mean = differences.Average();
        return differences.Length < 2
            ? 0
            : Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / (differences.Length - 1) / differences.Length);
    }

    /// <summary>The teachers of one part: each is fitted once, however many recipes use it.</summary>
    private sealed class FittedTeachers(LabeledSamples data, int seed, CancellationToken cancellationToken) : IDisposable
    {
        private readonly Dictionary<ITeacherFitter, FittedTeacher> _fitted = [];

        public FittedTeacher Of(ITeacherFitter fitter)
        {
            if (!_fitted.TryGetValue(fitter, out FittedTeacher? fitted))
            {
                _fitted[fitter] = fitted = fitter.Fit(data, seed, cancellationToken);
            }

            return fitted;
        }

        public void Dispose()
        {
            foreach (FittedTeacher fitted in _fitted.Values)
            {
                fitted.Dispose();
            }
        }
    }
}
