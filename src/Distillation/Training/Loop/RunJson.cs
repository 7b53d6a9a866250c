using System.Text.Json.Serialization;

namespace Distillation.Training;

/// <summary>Reads and writes the numbers of a run without reflection.</summary>
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    MaxDepth = 32,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunNumbers))]
internal sealed partial class RunJson : JsonSerializerContext;
