using System.Globalization;

namespace Distillation.Reports;

/// <summary>The evaluation of a model that is shown in detail, and the names of its classes.</summary>
internal sealed class ShownEvaluation
{
    private readonly IReadOnlyList<string> _classNames;

    private ShownEvaluation(EvaluationReport report, string name, IReadOnlyList<string> classNames) => (Report, Name, _classNames) = (report, name, classNames);

    /// <summary>Gets what the model is called in sentences.</summary>
    public string Model { get; private init; } = "student";

    public EvaluationReport Report { get; }

    /// <summary>Gets what the model was evaluated on, such as <c>test</c>.</summary>
    public string Name { get; }

    /// <summary>Returns the evaluation of a model.</summary>
    /// <param name="model">What the model is called in sentences.</param>
    /// <param name="report">The evaluation.</param>
    /// <param name="name">What the model was evaluated on.</param>
    /// <param name="classNames">The names of the classes, or none.</param>
    /// <exception cref="ArgumentException">There is not one name for each class.</exception>
    public static ShownEvaluation Of(string model, EvaluationReport report, string name, IReadOnlyList<string> classNames)
    {
        if (report.Confusion is { } confusion)
        {
            CheckNames(classNames, confusion.Classes);
        }

        return new(report, name, classNames) { Model = model };
    }

    /// <summary>Checks that there is no name, or one for each class.</summary>
    /// <exception cref="ArgumentException">There is not one name for each class.</exception>
    public static void CheckNames(IReadOnlyList<string> classNames, int classes)
    {
        if (classNames.Count > 0 && classNames.Count != classes)
        {
            throw new ArgumentException($"There must be a name for each of the {classes} classes, but there are {classNames.Count}.", nameof(classNames));
        }
    }

    /// <summary>Returns the test of a run, or its best or last validation.</summary>
    /// <exception cref="ArgumentException">There is not one name for each class, or the baseline is of another task.</exception>
    public static ShownEvaluation? Of(TrainingRun run)
    {
        TrainingProgress? validated = run.Result.Best ?? run.Result.History.LastOrDefault(report => report.Validation is not null);
        (EvaluationReport? report, string name) = run.Evaluation is { } test
            ? (test, "test")
            : (validated?.Validation, validated is null ? "" : Name(validated, run.Result.Best is not null));
        if (report is null)
        {
            return run.Baseline is null
                ? null
                : throw new ArgumentException(
                    "There is a baseline, but neither an evaluation nor a validation of the student that could be compared with it.", nameof(run));
        }

        Check(run, report);
        return new(report, name, run.ClassNames);

        static string Name(TrainingProgress progress, bool isBest) => string.Create(
            CultureInfo.InvariantCulture, $"validation, {(isBest ? "best" : "last")} (epoch {progress.Position.Epoch})");
    }

    /// <summary>Returns the name of a class, or its number.</summary>
    public string ClassName(int label) => _classNames.Count > 0 ? _classNames[label] : label.ToString(CultureInfo.InvariantCulture);

    private static void Check(TrainingRun run, EvaluationReport report)
    {
        if (report.Confusion is { } confusion && run.ClassNames.Count > 0 && run.ClassNames.Count != confusion.Classes)
        {
            throw new ArgumentException(
                $"{nameof(TrainingRun.ClassNames)} must have a name for each of the {confusion.Classes} classes, but has {run.ClassNames.Count}.", nameof(run));
        }

        if (run.Baseline is { } baseline && baseline.Task != report.Task)
        {
            throw new ArgumentException(
                $"{nameof(TrainingRun.Baseline)} is of the task {baseline.Task}, but the student of the task {report.Task}.", nameof(run));
        }

        if (run.Baseline?.Confusion is { } other && report.Confusion is { } own && other.Classes != own.Classes)
        {
            throw new ArgumentException(
                $"{nameof(TrainingRun.Baseline)} has {other.Classes} classes, but the student {own.Classes}.", nameof(run));
        }
    }
}
