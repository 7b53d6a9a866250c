namespace Distillation.Benchmarks;

/// <summary>A ratio of two times; below 1 the library is faster, unless the contest says otherwise.</summary>
/// <param name="Name">The contest and what of it was measured, such as <c>steps: epoch, Small models, against DataLoader</c>.</param>
/// <param name="Median">The median of the rounds.</param>
/// <param name="LowerQuartile">The lower quartile of the rounds.</param>
/// <param name="UpperQuartile">The upper quartile of the rounds.</param>
internal sealed record Ratio(string Name, double Median, double LowerQuartile, double UpperQuartile);
