using System.Text.Json.Serialization;

namespace Distillation.Onnx;

/// <summary>Writes the names of classes without reflection.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class LabelsJson : JsonSerializerContext;
