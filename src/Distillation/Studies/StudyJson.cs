using System.Text.Json.Serialization;

namespace Distillation.Studies;

/// <summary>Reads and writes outcomes without reflection.</summary>
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    MaxDepth = 32,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrialOutcome))]
internal sealed partial class StudyJson : JsonSerializerContext;
