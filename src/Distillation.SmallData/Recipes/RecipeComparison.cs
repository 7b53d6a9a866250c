using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>Compares the candidates of a search by paired differences on held-out samples, and recommends one.</summary>
internal sealed class RecipeComparison
{
    private const int Chance = 0;

    private readonly RecipeSearchOptions _options;
    private readonly List<Recipe> _recipes = [];
    private readonly List<HeldOutScores> _held = [];
    private readonly Dictionary<Recipe, Recipe> _controls = new(ReferenceEqualityComparer.Instance);
    private readonly int? _stack;

    /// <summary>Scores the candidates, and the stack of their teachers and of the best plain original.</summary>
    public RecipeComparison(
        SearchCandidates candidates,
        IReadOnlyList<SearchPart> parts,
        Tensor truth,
        long outputs,
        RecipeSearchOptions options,
        Func<torch.nn.Module<Tensor, Tensor>> original)
    {
        _options = options;
        var rules = TaskRules.Of(options.Task);
        foreach ((int number, Recipe recipe) in candidates.All.Index().Where(candidate => parts.All(part => part.Logits[candidate.Index] is not null)))
        {
            Add(number, recipe, parts);
        }

        int[] teachers = [.. Of(recipe => recipe.Kind == RecipeKind.TeacherItself).Where(i => i != Chance)];
        if (teachers.Length > 0)
        {
            Recipe[] members = [_recipes[BestOf([.. Of(recipe => recipe.Kind == RecipeKind.Plain)])], .. teachers.Select(i => _recipes[i])];
            var stack = new TeacherStack(
                [.. members.Select(member => (candidates.NumberOf(member), member.Kind == RecipeKind.TeacherItself))], truth, outputs, rules);
            _stack = _recipes.Count;
            Add(candidates.All.Count, TeacherStack.ToRecipe(members, original, options), stack.AddTo(parts));
        }

        foreach ((int number, int control) in candidates.Controls)
        {
            _controls[candidates.All[number]] = candidates.All[control];
        }

        void Add(int number, Recipe recipe, IReadOnlyList<SearchPart> from)
        {
            _recipes.Add(recipe);
            _held.Add(HeldOutScores.Of(number, recipe.Kind == RecipeKind.TeacherItself, from, truth, outputs, rules));
        }
    }

    /// <summary>Recommends a candidate.</summary>
    /// <param name="isComplete">Whether all parts were held out.</param>
    public RecipeSearchResult Result(bool isComplete)
    {
        int[] plain = [.. Of(recipe => recipe.Kind == RecipeKind.Plain)];
        int[] rest = [.. Of(recipe => recipe.Kind != RecipeKind.Plain).Where(i => i != Chance)];
        int likeliest = plain.MinBy(i => _held[i].Cost.Average());
        int mostAccurate = plain.MinBy(i => _held[i].Errors.Average());
        RecipeGain[] gains = Gains([.. All], _held[mostAccurate].Errors, _held[likeliest].Cost);
        RecipeGain[] overChance = Gains([.. All], _held[Chance].Errors, _held[Chance].Cost);
        RecipeScore[] scores = [.. All.Select(i => Score(i, gains[i], overChance[i]))];
        int baseline = BestOf(plain);
        int promising = MostPromising(rest.Length > 0 ? rest : plain);

        bool knows = All.Any(i => i != Chance && overChance[i].IsEstablished);
        int[] established = knows ? [.. rest.Where(i => gains[i].IsEstablished && overChance[i].IsEstablished)] : [];
        int chosen = established.Length > 0 ? Simplest(established) : baseline;
        int[] forOriginal = [.. established.Where(i => _recipes[i].Kind != RecipeKind.TeacherItself)];
        RecipeGain calibration = Gain([new double[_held[baseline].Errors.Length], Differences(_held[baseline].RawCost, _held[baseline].Cost)]);
        return new()
        {
            Recommendation = !knows ? Recommendation.NothingBeatsChance
                : _recipes[chosen].Kind == RecipeKind.TeacherItself ? Recommendation.UseTeacher
                : chosen != baseline ? Recommendation.UseRecipe
                : calibration.IsMoreLikely ? Recommendation.CalibratePlain
                : Recommendation.KeepPlain,
            Chosen = _recipes[chosen],
            ChosenForOriginal = _recipes[forOriginal.Length > 0 ? Simplest(forOriginal) : baseline],
            MostPromising = scores[promising],
            Plain = scores[baseline],
            Chance = scores[Chance],
            ExpectedGain = chosen == baseline ? Nothing : Corrected(gains[chosen]),
            CalibrationGain = calibration,
            Scores = scores,
            Metric = _options.MetricOfTask,
            Level = _options.Level,
            Samples = _held[Chance].Errors.Length,
            IsComplete = isComplete,
        };
    }

    private RecipeGain Nothing => ToGain((0, default), (0, default));

    private IEnumerable<int> All => Enumerable.Range(0, _recipes.Count);

    private static double[] Differences(double[] from, double[] to) => [.. from.Zip(to, (one, other) => one - other)];

    private IEnumerable<int> Of(Func<Recipe, bool> counts) => All.Where(i => counts(_recipes[i]));

    private double Mean(int number) => _held[number].Reports.Average(report => report[_options.MetricOfTask]);

    private int BestOf(int[] numbers) => numbers.Aggregate((best, next) => _options.MetricOfTask.IsBetter(Mean(next), Mean(best)) ? next : best);

    // A mean of several models is the safer choice: another one is taken only where it is better by more than twice the standard error.
    private int MostPromising(int[] numbers)
    {
        int best = BestOf(numbers);
        if (_stack is not { } stack)
        {
            return best;
        }

        double[] differences = Differences(Criterion(stack), Criterion(best));
        double mean = differences.Average();
        return mean > 2 * SimultaneousIntervals.StandardError(differences, mean) ? best : stack;
    }

    // Of those within one standard error of the best, the first of the simplest kind.
    private int Simplest(int[] numbers)
    {
        int best = BestOf(numbers);
        double[] ofBest = Criterion(best);
        return numbers
            .Where(i =>
            {
                double[] differences = Differences(Criterion(i), ofBest);
                double mean = differences.Average();
                return i == best || mean <= SimultaneousIntervals.StandardError(differences, mean);
            })
            .OrderBy(i => _recipes[i].Kind)
            .First();
    }

    // By sample; less is better. Metrics of classes other than accuracy are of probabilities, and go by likelihood; those of targets go by squared errors.
    private double[] Criterion(int number) =>
        _options.MetricOfTask == Metric.Accuracy || TaskRules.Of(_options.Task).IsRegression ? _held[number].Errors : _held[number].Cost;

    private RecipeScore Score(int number, RecipeGain gain, RecipeGain overChance) => new()
    {
        Recipe = _recipes[number],
        Reports = _held[number].Reports,
        Mean = Mean(number),
        Accuracy = 1 - _held[number].Errors.Average(),
        NegativeLogLikelihood = _held[number].Cost.Average(),
        Temperature = _held[number].Temperature,
        Gain = gain,
        GainOverChance = overChance,
        GainOverControl = _controls.TryGetValue(_recipes[number], out Recipe? control) && _recipes.IndexOf(control) is >= 0 and int place
            ? Gain([Differences(_held[place].Errors, _held[number].Errors), Differences(_held[place].Cost, _held[number].Cost)])
            : null,
    };

    private RecipeGain[] Gains(int[] numbers, double[] errors, double[] cost)
    {
        List<double[]> differences = [.. numbers.Select(i => Differences(errors, _held[i].Errors)), .. numbers.Select(i => Differences(cost, _held[i].Cost))];
        (double Mean, Interval Interval)[] intervals = SimultaneousIntervals.Of(differences, _options.Folds, _options.Level, _options.Seed);
        return [.. numbers.Select((_, i) => ToGain(intervals[i], intervals[numbers.Length + i]))];
    }

    private RecipeGain Gain(IReadOnlyList<double[]> differences)
    {
        (double Mean, Interval Interval)[] intervals = SimultaneousIntervals.Of(differences, _options.Folds, _options.Level, _options.Seed);
        return ToGain(intervals[0], intervals[1]);
    }

    private RecipeGain ToGain((double Mean, Interval Interval) accuracy, (double Mean, Interval Interval) likelihood) => new()
    {
        Task = _options.Task,
        Accuracy = accuracy.Mean,
        AccuracyInterval = accuracy.Interval,
        Likelihood = likelihood.Mean,
        LikelihoodInterval = likelihood.Interval,
    };

    private RecipeGain Corrected(RecipeGain gain)
    {
        int[] counted = [.. All.Where(i => i != Chance)];
        double[] biases = SelectionBias.Of(
            [.. counted.Select(Criterion)],
            [.. counted.Select(i => _recipes[i].Kind == RecipeKind.Plain)],
            [[.. counted.Select(i => _held[i].Errors)], [.. counted.Select(i => _held[i].Cost)]],
            _options.Seed);
        return gain with
        {
            Accuracy = Math.Clamp(gain.Accuracy - biases[0], gain.AccuracyInterval.Low, gain.AccuracyInterval.High),
            Likelihood = Math.Clamp(gain.Likelihood - biases[1], gain.LikelihoodInterval.Low, gain.LikelihoodInterval.High),
        };
    }
}
