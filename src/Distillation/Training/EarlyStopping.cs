namespace Distillation;

/// <summary>When a run ends before its last step.</summary>
/// <param name="Metric">What is watched on the validation data.</param>
/// <param name="Patience">How many validations in a row may pass without an improvement; positive.</param>
/// <param name="MinimumImprovement">
/// By how much a validation must beat the best before it counts as an improvement; zero or positive, in the metric's unit.
/// </param>
/// <param name="RestoresBest">Whether the student has the weights of the best validation at the end, not those of the last step.</param>
public sealed record EarlyStopping(Metric Metric, int Patience = 5, double MinimumImprovement = 0, bool RestoresBest = true) : ISelfDescribing
{
    /// <summary>Gets what is watched on the validation data.</summary>
    public Metric Metric { get; init => field = Require.Present(value); } = Require.Present(Metric);

    /// <summary>Gets how many validations in a row may pass without an improvement.</summary>
    /// <value>Positive. The default value is 5.</value>
    public int Patience { get; init => field = Require.Positive(value); } = Require.Positive(Patience);

    /// <summary>Gets by how much a validation must beat the best before it counts as an improvement, in the metric's unit.</summary>
    /// <value>Zero or positive. The default value is 0.</value>
    public double MinimumImprovement { get; init => field = Require.NotNegative(value); } = Require.NotNegative(MinimumImprovement);

    /// <summary>Gets whether the student has the weights of the best validation by the metric at the end.</summary>
    /// <value>The default value is <see langword="true"/>. It does not matter where <see cref="TrainerOptions.BestBy"/> is set.</value>
    public bool RestoresBest { get; init; } = RestoresBest;

    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() =>
        [(nameof(Metric), Metric), (nameof(Patience), Patience), (nameof(MinimumImprovement), MinimumImprovement), (nameof(RestoresBest), RestoresBest)];
}
