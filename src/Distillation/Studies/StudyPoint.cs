using Distillation.Evaluation;

namespace Distillation;

/// <summary>A candidate of a study: what its student costs, and how good it is on the validation data.</summary>
public sealed record StudyPoint
{
    /// <summary>Gets the name of the candidate; of a student that is trained alone, <c>alone</c> and the name of the student.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the name of the student.</summary>
    public required string StudentName { get; init; }

    /// <summary>Gets the value of the study's metric on the validation data, the mean over the seeds of the search.</summary>
    public required double Value { get; init; }

    /// <summary>Gets the share of the epochs of a whole training with which the value was reached, in (0, 1].</summary>
    public required double Budget { get; init; }

    /// <summary>Gets the cost of the student.</summary>
    public required ModelCost Cost { get; init; }

    /// <summary>Describes the candidate.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"{Name}: {Brief.Of(Value)} after {Brief.Of(Budget)} of the epochs. {Cost.Describe()}";

    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(StudyPoint), (nameof(Name), Name), (nameof(Value), Value), (nameof(Budget), Budget), (nameof(Cost.Parameters), Cost.Parameters));
}
