using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distillation.Tests.Golden;

/// <summary>Whole training runs of PyTorch 1.13.1 in float64, with every batch given.</summary>
internal sealed record Trajectories(GoldenTensor Inputs, GoldenTensor Labels, int BatchSize, long[][] EpochOrder, Trajectory[] Cases)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static Trajectories Load() =>
        JsonSerializer.Deserialize<Trajectories>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "trajectories.json")), Json)!;

    public Trajectory Case(string name) => Cases.Single(one => one.Name == name);
}

internal sealed record Trajectory(
    string Name,
    Dictionary<string, GoldenTensor> TeacherBefore,
    Dictionary<string, GoldenTensor> StudentBefore,
    Dictionary<string, GoldenTensor> TeacherAfter,
    Dictionary<string, GoldenTensor> StudentAfter,
    JsonElement Losses,
    double[]? GradientNorms);
