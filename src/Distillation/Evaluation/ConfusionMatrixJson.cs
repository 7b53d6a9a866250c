using System.Text.Json.Serialization;

namespace Distillation.Evaluation;

/// <summary>Reads and writes the counts of confusion matrices without reflection.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SparseCounts))]
internal sealed partial class ConfusionMatrixJson : JsonSerializerContext;
