using Distillation.Data;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class TeacherStackTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _data = SmallProblem.LabeledSamples(90);
    private readonly RecipeSearchOptions _options = new() { Folds = 3, Training = SmallProblem.Training };

    public void Dispose()
    {
        _data.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Stack_is_scored_by_weights_and_temperature_that_the_other_folds_of_the_round_fit(int rounds)
    {
        RecipeSearchResult result = new RecipeSearch(Zeros, [], Fixed() with { Rounds = rounds }).Run(_data);

        result.Scores[^1].NegativeLogLikelihood.Should().BeApproximately(Enumerable.Range(0, rounds).Average(ByHand), 2e-4);
    }

    [Fact]
    public void Stack_is_promising_where_no_other_candidate_is_clearly_better()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [], _options).Run(_data);

        result.MostPromising.Should().BeSameAs(result.Scores[^1]);
        result.MostPromising.NegativeLogLikelihood.Should().BeLessThan(result.Plain.NegativeLogLikelihood + 0.02);
    }

    [Fact]
    public void Clearly_better_candidate_is_more_promising_than_the_stack()
    {
        Recipe longer = Recipe.Augment(new GaussianNoise(0.1), "longer") with { MinPoolSize = 100, Training = _ => SmallProblem.Training };
        RecipeSearchOptions options = _options with { Families = [new LogisticRegression()], Training = SmallProblem.Training with { Steps = 1 } };

        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [longer], options).Run(_data);

        result.Scores.Should().Contain(score => score.Recipe.Name.EndsWith("stacked"));
        result.MostPromising.Recipe.Should().Be(longer);
    }

    [Fact]
    public void Recipe_of_the_stack_fits_all_its_members()
    {
        RecipeSearchResult result = new RecipeSearch(SmallProblem.Network, [], _options).Run(_data);
        Recipe stack = result.Scores[^1].Recipe;

        using FittedTeacher fitted = stack.Teacher!.Fit(_data, seed: 3);
        using TensorData test = SmallProblem.Rings(400, seed: 77);

        stack.Kind.Should().Be(RecipeKind.TeacherItself);
        double accuracy = Evaluator.Evaluate(fitted.Teacher, test).Accuracy;
        accuracy.Should().BeApproximately(result.Scores[^1].Accuracy, 0.12).And.BeGreaterThan(0.8);
    }

    [Fact]
    public void Stack_of_one_part_is_the_plain_mean()
    {
        RecipeSearchResult result = new RecipeSearch(Zeros, [], Fixed() with { TimeBudget = TimeSpan.FromTicks(1) }).Run(_data);

        (double[][] p, long[] labels) = Known();
        double expected = Split.StratifiedInFolds(labels, 3, 0)[0].HeldOut.Average(n => -Math.Log(OfLabel((p[0][n] + p[1][n] + 0.5) / 3, labels[n])));
        result.IsComplete.Should().BeFalse();
        result.Scores[^1].NegativeLogLikelihood.Should().BeApproximately(expected, 1e-6);
    }

    [Fact]
    public void Targets_are_stacked_by_squared_error()
    {
        Tensor inputs = Some.Inputs(80, 3, seed: 5);
        Tensor targets = inputs.select(1, 0).unsqueeze(1) + (0.1 * Some.Inputs(80, 1, seed: 6));
        using var data = new LabeledSamples(new TensorData(inputs, targets), EvaluationTask.Regression);

        RecipeSearchResult result = new RecipeSearch(
            () => Linear(3, 1), [], _options with { Task = EvaluationTask.Regression, Training = SmallProblem.Training with { Steps = 3 } }).Run(data);

        double best = result.Scores.SkipLast(1).Max(score => score.Accuracy);
        result.Scores[^1].Accuracy.Should().BeGreaterThan(best - 0.02).And.BeGreaterThan(0.9);
    }

    private static Module<Tensor, Tensor> Zeros()
    {
        var linear = Linear(2, 2);
        init.zeros_(linear.weight);
        init.zeros_(linear.bias);
        return Sequential(("line", linear));
    }

    // Two teachers with the logits of one coordinate each, whatever the labels are, and an original that stays at zeros.
    private RecipeSearchOptions Fixed() => _options with
    {
        Families = [.. new[] { 0, 1 }.Select(coordinate => new Calibrated($"coordinate {coordinate}", inputs => Logits(inputs, coordinate)))],
        Training = new() { Steps = 1, Optimizer = new SgdOptimizer(1e-12) },
    };

    private (double[][] Probabilities, long[] Labels) Known() =>
        ([.. new[] { 0, 1 }.Select(coordinate => Probabilities(Logits(_data.Inputs, coordinate)))], _data.RequireLabels().data<long>().ToArray());

    private static Tensor Logits(Tensor inputs, int coordinate)
    {
        Tensor x = inputs.select(1, coordinate);
        return torch.stack([x, -x], 1);
    }

    // The same from the formula: the weights on a grid, the temperature by golden section, in double.
    private double ByHand(int round)
    {
        (double[][] p, long[] labels) = Known();
        double total = 0;
        foreach (Fold fold in Split.StratifiedInFolds(labels, 3, round))
        {
            long[] train = [.. fold.Train];
            (double a, double b) = (
                from i in Enumerable.Range(0, 101)
                from j in Enumerable.Range(0, 101 - i)
                select (A: i / 100.0, B: j / 100.0)).MinBy(w => train.Sum(n => -Math.Log(OfLabel(Mix(w.A, w.B, n), labels[n]))));
            double temperature = Golden(t => train.Sum(n => -Math.Log(OfLabel(Scaled(Mix(a, b, n), t), labels[n]))));
            total += fold.HeldOut.Sum(n => -Math.Log(OfLabel(Scaled(Mix(a, b, n), temperature), labels[n])));
        }

        return total / labels.Length;

        // The third member outputs one half.
        double Mix(double a, double b, long n) => (a * p[0][n]) + (b * p[1][n]) + ((1 - a - b) * 0.5);
    }

    private static double OfLabel(double first, long label) => label == 0 ? first : 1 - first;

    private static double Scaled(double first, double temperature) => 1 / (1 + Math.Exp(-Math.Log(first / (1 - first)) / temperature));

    private static double[] Probabilities(Tensor logits) =>
        functional.softmax(logits.to(torch.ScalarType.Float64), 1).select(1, 0).contiguous().data<double>().ToArray();

    private static double Golden(Func<double, double> of)
    {
        (double low, double high) = (Math.Log(0.02), Math.Log(50));
        for (int i = 0; i < 100; i++)
        {
            (double left, double right) = (high - (0.618034 * (high - low)), low + (0.618034 * (high - low)));
            (low, high) = of(Math.Exp(left)) < of(Math.Exp(right)) ? (low, right) : (left, high);
        }

        return Math.Exp((low + high) / 2);
    }

    private sealed class Calibrated(string name, Func<Tensor, Tensor> logits) : ITeacherFitter
    {
        public string Name => name;

        public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default) =>
            new(Teacher.From(logits), logits(data.Inputs));
    }
}
