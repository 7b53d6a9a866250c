namespace Distillation.Training;

/// <summary>The result of several runs, one after the other: stages, generations, assistants or rounds.</summary>
public sealed record StagedTrainingResult
{
    /// <summary>Gets the end of the last run that was made.</summary>
    /// <value>
    /// <see cref="TrainingStatus.Completed"/> or <see cref="TrainingStatus.StoppedEarly"/> of the last stage, or <see cref="TrainingStatus.Terminated"/>
    /// where the system asked the process to end in one of them.
    /// </value>
    public required TrainingStatus Status { get; init; }

    /// <summary>Gets the result of each run, in order; after <see cref="TrainingStatus.Terminated"/>, of those until then.</summary>
    public required IReadOnlyList<(string Name, TrainingResult Result)> Stages { get; init; }

    /// <summary>Gets the result of a run.</summary>
    /// <param name="name">The name of the stage.</param>
    /// <exception cref="KeyNotFoundException">No stage that ran has the name.</exception>
    public TrainingResult this[string name] => Stages.FirstOrDefault(stage => stage.Name == name).Result
        ?? throw new KeyNotFoundException($"No stage '{name}' ran. Those that did are: {string.Join(", ", Stages.Select(stage => stage.Name))}.");

    /// <summary>Describes each run, under its name.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() =>
        string.Join(Environment.NewLine, Stages.Select(stage => $"{stage.Name}: {stage.Result.Describe()}"));

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(nameof(StagedTrainingResult), (nameof(Status), Status), (nameof(Stages), Stages));
}
