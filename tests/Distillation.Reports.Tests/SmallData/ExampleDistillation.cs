using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Reports.Tests;

/// <summary>Results of small data to report, with made-up numbers, and tiny problems for real ones.</summary>
internal static class ExampleDistillation
{
    public static Recipe Recipe => Recipe.Distil(new KernelRidge(), new GaussianNoise(0.5)) with { MinPoolSize = 40, PoolFactor = 1 };

    public static TrainerOptions Training => new() { Steps = 20, BatchSize = 16, Optimizer = new AdamWOptimizer(0.01) };

    public static ModelDistillationOptions Options => new() { Training = Training, PlainWeightDecays = [], SuspectBelow = 1 };

    /// <summary>A report of ten classes, in which the recipe helps; smaller numbers are worse models.</summary>
    public static ModelDistillationReport Report(int plain = 4, int control = 5, int final = 8, Recipe? recipe = null) => new()
    {
        Recipe = recipe ?? Recipe,
        Plain = Example.Evaluation(wrongEvery: plain),
        Control = Example.Evaluation(wrongEvery: control),
        Final = Example.Evaluation(wrongEvery: final),
        Distilled = Example.Evaluation(wrongEvery: final - 1),
        Teacher = Example.Evaluation(wrongEvery: 15),
        Difference = McNemarTest.Of(40, 101),
        Kept = new FilterReport { Samples = 600, BelowConfidence = 20, BelowMargin = 0, BelowAgreement = 3, AgainstKnown = 0, Surplus = 0 },
    };

    /// <summary>A report of a regression.</summary>
    public static ModelDistillationReport Regression(double plain = 0.5, double final = 0.3) => new()
    {
        Recipe = Recipe,
        Plain = Squares(plain),
        Control = Squares(0.4),
        Final = Squares(final),
        Distilled = Squares(0.35),
        Difference = null,
        ErrorDifference = PairedComparison.Of([plain, plain + 0.1, plain], [final, final, final + 0.01]),
    };

    public static RepeatedDistillationReport Repeated() => new() { Runs = [Report(), Report(plain: 5), Report(final: 10)] };

    /// <summary>A diagnosis of 60 samples with suspects 5, 2 and 11.</summary>
    public static DataDiagnosis Diagnosis() => new()
    {
        Report = Example.Evaluation(classes: 3, samples: 60),
        Classes =
        [
            new() { Label = 0, Samples = 20, Errors = 5, MeanProbability = 0.7 },
            new() { Label = 2, Samples = 40, Errors = 2, MeanProbability = 0.9 },
        ],
        Suspects =
        [
            new() { Number = 5, Label = 2, Predicted = 0, Probability = 0 },
            new() { Number = 2, Label = 2, Predicted = 1, Probability = 0.0312345 },
            new() { Number = 11, Label = 0, Predicted = 1, Probability = 0.09 },
        ],
    };

    public static FederatedComparisonResult Federated() => new()
    {
        Rows =
        [
            Row("each client alone", 0.61, 0, 0),
            Row("one exchange of models: ensemble", 0.78, 1_200_000, 1),
            Row("FedAvg", 0.81, 24_000_000, 20),
            Row("FedDF", 0.83, 13_000_000, 10),
            Row("all samples in one place", 0.88, 0, 0),
        ],
    };

    /// <summary>A search that recommends a recipe.</summary>
    public static RecipeSearchResult Search()
    {
        Recipe chance = Recipe.UseTeacher(new ClassFrequencies(), "class frequencies");
        Recipe augmentation = Recipe.Augment(new GaussianNoise(0.5));
        RecipeScore plain = Score(Recipe.Plain, 0.7, Gain(0, 0));
        RecipeScore best = Score(Recipe, 0.8, Gain(0.1, 0.04)) with { GainOverControl = Gain(0.05, 0.06) };
        RecipeScore other = Score(augmentation, 0.75, Gain(0.05, 0.07));
        return new()
        {
            Recommendation = Recommendation.UseRecipe,
            Chosen = best.Recipe,
            ChosenForOriginal = best.Recipe,
            MostPromising = best,
            Plain = plain,
            Chance = Score(chance, 0.1, Gain(-0.6, 0.1)) with { GainOverChance = Gain(0, 0) },
            ExpectedGain = Gain(0.08, 0.04),
            CalibrationGain = Gain(0, 0),
            Scores = [Score(chance, 0.1, Gain(-0.6, 0.1)) with { GainOverChance = Gain(0, 0), Recipe = chance }, plain, other, best],
            Metric = Metric.NegativeLogLikelihood,
            Level = 0.95,
            Samples = 200,
            IsComplete = true,
        };
    }

    public static RecipeGain Gain(double accuracy, double half) => new()
    {
        Accuracy = accuracy,
        AccuracyInterval = new(accuracy - half, accuracy + half),
        Likelihood = 2 * accuracy,
        LikelihoodInterval = new(2 * (accuracy - half), 2 * (accuracy + half)),
    };

    /// <summary>The text of all blocks of a section.</summary>
    public static string[] Texts(this Report report, string section) =>
        [.. report.Blocks(section).OfType<ReportText>().Select(text => text.Text)];

    public static IReadOnlyList<ReportBlock> Blocks(this Report report, string section) => report.Sections.Single(one => one.Title == section).Blocks;

    public static T[] Blocks<T>(this Report report, string section)
        where T : ReportBlock => [.. report.Blocks(section).OfType<T>()];

    private static RecipeScore Score(Recipe recipe, double accuracy, RecipeGain gain) => new()
    {
        Recipe = recipe,
        Reports = [],
        Mean = 2 - accuracy,
        Accuracy = accuracy,
        NegativeLogLikelihood = 2 - accuracy,
        Temperature = 1.25,
        Gain = gain,
        GainOverChance = Gain(accuracy - 0.1, 0.05),
    };

    private static EvaluationReport Squares(double error) => new()
    {
        Task = EvaluationTask.Regression.Name,
        Samples = 50,
        Metrics = new Dictionary<string, double>
        {
            ["MeanSquaredError"] = error,
            ["RootMeanSquaredError"] = Math.Sqrt(error),
            ["MeanAbsoluteError"] = error,
            ["R2Score"] = 1 - error,
            ["SpearmanCorrelation"] = double.NaN,
        },
    };

    private static FederatedComparisonRow Row(string name, double accuracy, long bytes, int rounds) => new()
    {
        Name = name,
        Accuracy = accuracy,
        Interval = new(accuracy - 0.03, accuracy + 0.03),
        NegativeLogLikelihood = 1 - accuracy,
        ExpectedCalibrationError = 0.1 * (1 - accuracy),
        BytesSent = bytes,
        BytesReceived = 2 * bytes,
        Rounds = rounds,
        Seconds = 12.5,
    };
}
