using System.Text.Json;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// A file with one line of JSON a result. A case's lines of one seed are written together, when all are there, so that a run that was stopped goes on where it
/// was.
/// </summary>
internal sealed class ResultLog(string path)
{
    private readonly List<Result> _results = Read(path);

    public IReadOnlyList<Result> Results => _results;

    public bool Has(string name, int seed) => _results.Exists(result => result.Case == name && result.Seed == seed);

    public void Add(IReadOnlyList<Result> results)
    {
        File.AppendAllLines(path, results.Select(result => JsonSerializer.Serialize(result)));
        _results.AddRange(results);
    }

    private static List<Result> Read(string path) =>
        File.Exists(path) ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Result>(line)!)] : [];
}
