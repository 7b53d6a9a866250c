using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

/// <summary>Whatever trains several models has the same numbers however many are trained at once.</summary>
public sealed class ParallelismTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly LabeledSamples _data = SmallProblem.LabeledSamples(60);

    private static Recipe Distil
    {
        get
        {
            Recipe recipe = Recipe.Distil(new CommitteeFitter("networks", Member, folds: 2), new GaussianNoise(0.1));
            return recipe with { MinPoolSize = 100 };
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Search_among_recipes()
    {
        double[] Search(int parallelism) =>
        [
            .. new RecipeSearch(
                SmallProblem.Network,
                [Distil, Recipe.UseTeacher(new KernelRidge())],
                new() { Folds = 3, Training = SmallProblem.Training, Parallelism = parallelism })
                .Run(_data).Scores.SelectMany(score => score.Reports).SelectMany(report => report.Metrics.Values),
        ];

        Search(3).Should().Equal(Search(1));
    }

    [Fact]
    public void Committee()
    {
        double[] Fit(int parallelism)
        {
            using FittedTeacher fitted = new CommitteeFitter("networks", Member, folds: 3) { Parallelism = parallelism }.Fit(_data, seed: 4);
            return Close.Numbers(fitted.OutOfFold);
        }

        Fit(3).Should().Equal(Fit(1));
    }

    [Fact]
    public void Repeated_distillation()
    {
        TensorData samples = SmallProblem.Rings(60);
        TensorData test = SmallProblem.Rings(40, seed: 6);
        double[] Repeat(int parallelism) =>
        [
            .. new ModelDistillation(
                SmallProblem.Network, SmallProblem.Network, Distil, new() { Training = SmallProblem.Training, Parallelism = parallelism })
                .Repeat(samples, test, runs: 3).Runs.SelectMany(run => run.Final.Metrics.Values),
        ];

        Repeat(2).Should().Equal(Repeat(1));
    }

    private static ITeacher Member(IDataSource samples, int seed)
    {
        Module<Tensor, Tensor> network = ParallelTrainings.Seeded(seed, SmallProblem.Network);
        _ = new SupervisedTrainer(Student.From(network), options: SmallProblem.Training with { Seed = seed }).Fit(samples);
        return Teacher.From(network);
    }
}
