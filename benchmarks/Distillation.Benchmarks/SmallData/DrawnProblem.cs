using Distillation.Evaluation;
using Distillation.Models;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>Labeled samples, many test samples of the same distribution, and the original that learns them.</summary>
internal sealed record DrawnProblem
{
    private const int TestRows = 20_000;

    public required TensorData Train { get; init; }

    public required IDataSource Test { get; init; }

    public required long Classes { get; init; }

    public required Func<Module<Tensor, Tensor>> Original { get; init; }

    /// <summary>Labels by a coin, whatever the inputs are.</summary>
    public static DrawnProblem Noise(int rows, int seed)
    {
        torch.manual_seed(seed);
        return new()
        {
            Train = new TensorData(torch.randn(rows, 20), torch.randint(2, [rows], torch.ScalarType.Int64)),
            Test = new TensorData(torch.randn(TestRows, 20), torch.randint(2, [TestRows], torch.ScalarType.Int64)),
            Classes = 2,
            Original = () => Baseline.Mlp(20, 64, 2),
        };
    }

    /// <summary>Labels that follow a logistic model, and an original that is one: no recipe knows more.</summary>
    public static DrawnProblem Line(int rows, int seed)
    {
        torch.manual_seed(seed);
        Tensor direction = torch.tensor(new float[] { 1.5f, -1, 0.5f, 0, 0 });
        return new() { Train = Draw(rows), Test = Draw(TestRows), Classes = 2, Original = () => Sequential(("line", Linear(5, 2))) };

        TensorData Draw(int count)
        {
            Tensor inputs = torch.randn(count, 5);
            return new TensorData(inputs, torch.rand(count).less(torch.sigmoid(inputs.matmul(direction))).to(torch.ScalarType.Int64));
        }
    }

    public static DrawnProblem Table(string path, int labels, int seed)
    {
        using CsvTable table = CsvTable.Read(path);
        (TensorData train, TensorData test) = table.Draw(labels, seed);
        long columns = train.Inputs.size(1);
        return new()
        {
            Train = train,
            Test = test,
            Classes = table.Classes.Count,
            Original = () => Baseline.Mlp(columns, 128, table.Classes.Count),
        };
    }

    public static DrawnProblem Images(IdxImages images, int labels, int seed)
    {
        long pixels = images.Test.Inputs[0].numel();
        long classes = images.Train.Labels!.max().ToInt64() + 1;
        return new()
        {
            Train = images.Draw(labels, seed).Labeled,
            Test = images.Test,
            Classes = classes,
            Original = () => Baseline.Mlp(pixels, 128, classes),
        };
    }

    /// <summary>
    /// Follows a recipe on all labeled samples, with the temperature that the search found or without, and measures the model on the test samples.
    /// </summary>
    public EvaluationReport Follow(RecipeSearchResult found, Recipe recipe, LabeledSamples data, TrainerOptions training, bool isCalibrated = true)
    {
        if (recipe.Kind == RecipeKind.TeacherItself)
        {
            using FittedTeacher fitted = recipe.Teacher!.Fit(data, seed: 0);
            return Evaluator.Evaluate(fitted.Teacher, Test);
        }

        using ModelDistillationResult result = new ModelDistillation(
            Original, Original, recipe, new() { Classes = Classes, Training = training, PlainWeightDecays = [] }).Run(Train);
        using var scaled = new ScaledTeacher(Teacher.From(result.Original), isCalibrated ? found.ScoreOf(recipe).Temperature : 1);
        return Evaluator.Evaluate(scaled, Test);
    }
}
