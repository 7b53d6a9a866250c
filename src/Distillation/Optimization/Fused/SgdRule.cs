namespace Distillation;

/// <summary>The update rule of stochastic gradient descent with momentum.</summary>
internal readonly record struct SgdRule(double Momentum, double Dampening, double WeightDecay, bool Nesterov);
