using System.Globalization;
using Distillation.Evaluation;
using Distillation.Losses;

namespace Distillation.Reports.Tests;

/// <summary>Runs and evaluations to report.</summary>
internal static class Example
{
    /// <summary>A result of so many epochs with made-up numbers.</summary>
    public static TrainingResult Result(
        int epochs = 12, IReadOnlyList<string>? terms = null, bool isValidated = true, Func<int, double>? loss = null, EvaluationReport? validation = null)
    {
        terms ??= ["SoftTarget", "HardLabel"];
        TrainingProgress[] history =
        [
            .. Enumerable.Range(1, epochs).Select(epoch => new TrainingProgress
            {
                Position = new(epoch, 10L * epoch, 10L * epochs, 10),
                Loss = loss?.Invoke(epoch) ?? (2.3 / epoch) + 0.1,
                Terms = terms.Index().ToDictionary(term => term.Item, term => (term.Index + 1) / (double)epoch),
                LearningRate = 0.001 * (1 + Math.Cos(Math.PI * epoch / (epochs + 1))),
                SamplesPerSecond = 1234.5,
                Elapsed = TimeSpan.FromSeconds(epoch),
                Remaining = TimeSpan.FromSeconds(epochs - epoch),
                Validation = !isValidated ? null : validation ?? Metrics(1 - (0.9 / (epoch + 1)), 2.0 / epoch),
            }),
        ];
        return new()
        {
            Status = TrainingStatus.Completed,
            Position = history.Length == 0 ? default : history[^1].Position,
            History = history,
            Best = isValidated && epochs > 0 ? history[epochs * 2 / 3] : null,
            Elapsed = TimeSpan.FromSeconds(200),
            Settings = new Dictionary<string, string>
            {
                ["Seed"] = "17",
                ["TorchSharp"] = "0.107.0.0",
                ["Optimizer"] = "AdamOptimizer { LearningRate = 0.001 }",
            },
        };
    }

    /// <summary>A report without classes.</summary>
    public static EvaluationReport Metrics(double accuracy, double loss, string task = "Classification") => new()
    {
        Task = task,
        Samples = 1000,
        Metrics = new Dictionary<string, double> { ["Accuracy"] = accuracy, ["NegativeLogLikelihood"] = loss },
    };

    /// <summary>The evaluation of a model that takes some samples for the next class: each whose number is divisible.</summary>
    public static EvaluationReport Evaluation(int classes = 10, int samples = 600, int wrongEvery = 4)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long[] labels = [.. Enumerable.Range(0, samples).Select(i => (long)(i * 7 % classes))];
        var logits = new float[samples, classes];
        for (int i = 0; i < samples; i++)
        {
            bool isWrong = i % wrongEvery == 0;
            logits[i, (labels[i] + (isWrong ? 1 + (i % 3 / 2) : 0)) % classes] = isWrong ? 1f + (i % 5) : 2f + (i % 7);
        }

        Tensor outputs = torch.tensor(logits);
        using ITeacher model = Teacher.From(inputs => outputs.index_select(0, inputs.squeeze(1).to(torch.ScalarType.Int64)));
        var data = new TensorData(torch.arange(samples, torch.ScalarType.Float32).unsqueeze(1), torch.tensor(labels));
        return Evaluator.Evaluate(model, data);
    }

    public static AgreementReport Agreement() => new()
    {
        Task = "Classification",
        Samples = 600,
        Metrics = new Dictionary<string, double> { ["Agreement"] = 0.9123456, ["KullbackLeibler"] = 0.0543219 },
    };

    public static ModelCost Cost(long parameters) => new()
    {
        Parameters = parameters,
        Bytes = 4 * parameters,
        MultiplyAdds = parameters,
        UncountedLayers = [],
        Latency = TimeSpan.FromMicroseconds(parameters / 1000.0),
    };

    /// <summary>A run of which everything is known.</summary>
    public static TrainingRun Full() => new()
    {
        Title = "Fashion student",
        Result = Result(epochs: 30),
        Evaluation = Evaluation(wrongEvery: 6),
        Baseline = Evaluation(wrongEvery: 4),
        BaselineName = "labels alone",
        Agreement = Agreement(),
        TeacherCost = Cost(1_234_567),
        StudentCost = Cost(101_770),
        ClassNames = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    };

    /// <summary>A real run, with a validation after each epoch.</summary>
    public static TrainingResult Trained(IProgress<TrainingProgress>? progress = null, int epochs = 3)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        IDistillationLoss loss = (0.5 * new SoftTargetLoss(temperature: 2)) + (0.5 * new HardLabelLoss());
        var options = new TrainerOptions { Epochs = epochs, BatchSize = 16, Seed = 4, BestBy = Metric.Accuracy };
        return new DistillationTrainer(teacher, student, loss, options).Fit(Some.Data(samples: 60), Some.Data(samples: 30, seed: 9), progress);
    }

    /// <summary>Runs something under a culture that writes numbers another way.</summary>
    public static T WithComma<T>(Func<T> run)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~", NaNSymbol = "keine Zahl" } };
            return run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
