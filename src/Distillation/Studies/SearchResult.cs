namespace Distillation.Studies;

/// <summary>What a search found.</summary>
/// <param name="Best">The number of the best candidate.</param>
/// <param name="Values">The value of each candidate with the largest budget that it was given; NaN of one that was not tried.</param>
/// <param name="Budgets">That budget, a share of the epochs; 0 of one that was not tried.</param>
/// <param name="IsComplete">Whether no training was left out.</param>
internal sealed record SearchResult(int Best, IReadOnlyList<double> Values, IReadOnlyList<double> Budgets, bool IsComplete);
