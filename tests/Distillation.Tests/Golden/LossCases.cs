using System.Text.Json;

namespace Distillation.Tests.Golden;

/// <summary>Values and gradients of public PyTorch implementations, float64.</summary>
internal sealed record LossCases(LossCase[] Cases)
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The cases of a name: published.json is made by make_published.py.</summary>
    public static IEnumerable<LossCase> Of(string name) => new[] { "losses.json", "published.json" }.SelectMany(Read).Where(one => one.Name == name);

    private static LossCase[] Read(string file) =>
        JsonSerializer.Deserialize<LossCases>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", file)), Options)!.Cases;
}

internal sealed record LossCase(
    string Name, Dictionary<string, JsonElement> Parameters, Dictionary<string, GoldenTensor> Inputs, double Loss, Dictionary<string, GoldenTensor> Gradients,
    Dictionary<string, GoldenTensor>? After = null)
{
    public double this[string parameter] => Parameters[parameter].GetDouble();

    /// <summary>A parameter that is a tensor, or many tensors by name.</summary>
    public T Read<T>(string parameter) => Parameters[parameter].Deserialize<T>(LossCases.Options)!;
}
