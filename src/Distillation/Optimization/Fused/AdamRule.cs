namespace Distillation;

/// <summary>What Adam and AdamW have in common, and whether weight decay passes the moments by.</summary>
internal readonly record struct AdamRule(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool AmsGrad, bool IsDecoupled);
