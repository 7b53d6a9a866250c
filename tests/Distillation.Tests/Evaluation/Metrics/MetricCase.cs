using System.Text.Json;
using System.Text.Json.Serialization;
using Distillation.Tests.Golden;

namespace Distillation.Tests.Evaluation;

/// <summary>Outputs, labels and the values that scikit-learn, scipy and numpy give for them, by <c>Fixtures/make_metrics.py</c>.</summary>
internal sealed record MetricCase(
    string Name, GoldenTensor Output, GoldenTensor Labels, Dictionary<string, double> Values, GoldenTensor? Mask = null, long? Ignored = null)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly Lazy<IReadOnlyList<MetricCase>> Read = new(() => JsonSerializer.Deserialize<File>(
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Evaluation", "Fixtures", "metrics.json")), Options)!.Cases);

    public static IReadOnlyList<MetricCase> All => Read.Value;

    public EvaluationTask Task => EvaluationTask.Custom(Name, [.. Values.Keys.Select(Catalog.Of)]) with { IgnoredLabel = Ignored };

    /// <summary>The samples from one to another, with their outputs.</summary>
    public (Tensor Output, Batch Batch) Cut(int start, int end)
    {
        Tensor Part(GoldenTensor tensor) => tensor.ToTensor().narrow(0, start, end - start);
        Tensor output = Part(Output);
        Tensor indices = torch.arange(start, end, torch.ScalarType.Int64);
        return (output, Mask is null ? new Batch(output, Part(Labels), indices) : new MaskedBatch(output, Part(Labels), indices, Part(Mask)));
    }

    private sealed record File(MetricCase[] Cases);
}
