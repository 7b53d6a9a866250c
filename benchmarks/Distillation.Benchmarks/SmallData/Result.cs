namespace Distillation.Benchmarks.SmallData;

/// <summary>One line of the results: what one arm of one case gave with one seed, and how long that took.</summary>
internal sealed record Result(string Case, int Seed, string Arm, Scores Scores, double Seconds);
