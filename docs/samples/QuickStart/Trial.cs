using Distillation;
using Distillation.Evaluation;

namespace QuickStart;

/// <summary>What came of one seed.</summary>
internal sealed record Trial(int Seed, Outcome Original, Outcome Alone, Outcome Distilled);

/// <summary>How well a model does, and what it costs.</summary>
internal sealed record Outcome(EvaluationReport Report, ModelCost Cost);
