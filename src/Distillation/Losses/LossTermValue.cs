namespace Distillation.Losses;

/// <summary>The value of a term of a sum, without its weight in the sum: a scalar tensor, or a number where the processor computed it.</summary>
/// <param name="Name">The name of the term.</param>
/// <param name="Tensor">The scalar, or <see langword="null"/> where there is a number.</param>
/// <param name="Number">The number, where there is no tensor.</param>
/// <param name="SampleWeight">How much the value counts in a mean over batches, a scalar; <see langword="null"/>: the number of samples.</param>
internal readonly record struct LossTermValue(string Name, Tensor? Tensor, double Number, Tensor? SampleWeight);
