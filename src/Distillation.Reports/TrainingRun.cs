using System.Collections.Immutable;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>
/// What a report of a run is made from: <see cref="Report.Of(TrainingRun)"/>. All but the result may be left out, and so is then what it would show.
/// </summary>
public sealed record TrainingRun
{
    /// <summary>Gets the title of the report.</summary>
    /// <value>The default is <c>Training run</c>.</value>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public string Title { get; init => field = Require.Text(value); } = "Training run";

    /// <summary>Gets the result of the run, with the history from which the curves are drawn.</summary>
    public required TrainingResult Result { get; init => field = Require.Present(value); }

    /// <summary>Gets how the student does on test data.</summary>
    /// <value><see langword="null"/>, the default, shows confusions and calibration of the best validation, or else of the last one.</value>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>Gets how another model does on the same data, such as a student that learned from labels alone; gains and losses are against it.</summary>
    /// <value><see langword="null"/>, the default, compares with none.</value>
    public EvaluationReport? Baseline { get; init; }

    /// <summary>Gets the name of the model of <see cref="Baseline"/>.</summary>
    /// <value>The default is <c>baseline</c>.</value>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public string BaselineName { get; init => field = Require.Text(value); } = "baseline";

    /// <summary>Gets how the student agrees with the teacher.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public AgreementReport? Agreement { get; init; }

    /// <summary>Gets the cost of the teacher.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public ModelCost? TeacherCost { get; init; }

    /// <summary>Gets the cost of the student.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public ModelCost? StudentCost { get; init; }

    /// <summary>Gets how much smaller the student is.</summary>
    /// <value>The default is computed from <see cref="TeacherCost"/> and <see cref="StudentCost"/>, where both are given.</value>
    public CompressionRatio? Compression { get => field ?? (StudentCost is null ? null : TeacherCost?.DividedBy(StudentCost)); init; }

    /// <summary>Gets the names of the classes in order.</summary>
    /// <value>Empty, the default, shows the numbers of the classes.</value>
    public IReadOnlyList<string> ClassNames { get; init => field = [.. Require.Present(value)]; } = ImmutableArray<string>.Empty;

    /// <inheritdoc/>
    public override string ToString() => $"{Title}: {Result}";
}
