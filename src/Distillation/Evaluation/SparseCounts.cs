using System.Text.Json.Serialization;

namespace Distillation.Evaluation;

/// <summary>The counts of a confusion matrix that are not zero.</summary>
/// <param name="Samples">The number of samples of each class, [C].</param>
/// <param name="Places">The places C · actual + predicted.</param>
/// <param name="Counts">The count at each place.</param>
internal sealed record SparseCounts([property: JsonRequired] long[] Samples, [property: JsonRequired] long[] Places, [property: JsonRequired] long[] Counts);
