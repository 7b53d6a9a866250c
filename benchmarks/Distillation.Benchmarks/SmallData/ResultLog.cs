using System.Text.Json;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// A file with one line of JSON a result, so that a run that was stopped goes on where it was. Results that are compared with each other are added together.
/// </summary>
internal sealed class ResultLog(string path)
{
    private readonly List<Result> _results = Read(path);

    public IReadOnlyList<Result> Results => _results;

    public bool Has(string name, int seed, string? arm = null) =>
        _results.Exists(result => result.Case == name && result.Seed == seed && (arm is null || result.Arm == arm));

    public void Add(IReadOnlyList<Result> results)
    {
        File.AppendAllLines(path, results.Select(result => JsonSerializer.Serialize(result)));
        _results.AddRange(results);
    }

    private static List<Result> Read(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Result>(line)!)] : [];
}
