namespace Distillation;

/// <summary>A report of a study, after each training. It has numbers alone, and may be kept.</summary>
public sealed record StudyProgress
{
    /// <summary>Gets the number of trainings that have ended, those from an earlier study in the directory included.</summary>
    public required int Completed { get; init; }

    /// <summary>Gets the number of trainings of the study, as far as it is known: a search budget may end it earlier.</summary>
    public required int Total { get; init; }

    /// <summary>Gets what was trained: the name of a candidate, or <c>alone</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets its value of the metric.</summary>
    public required double Value { get; init; }

    /// <summary>Gets the name of the metric.</summary>
    public required string Metric { get; init; }

    /// <summary>Gets the time since the study began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Describes the training.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"{this}, after {Brief.Of(Elapsed)}";

    /// <inheritdoc/>
    public override string ToString() => $"{Completed} of {Total} trainings: {Name}, {Metric} {Brief.Of(Value)}";
}
