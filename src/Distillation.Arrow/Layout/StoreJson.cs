using System.Text.Json.Serialization;

namespace Distillation.Arrow;

/// <summary>Reads and writes the JSON files of a store without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ShardDescription))]
internal sealed partial class StoreJson : JsonSerializerContext;
