using System.Text;
using Xunit.Abstractions;

namespace Distillation.Tests.Combinations;

/// <summary>
/// Options of a run in pairs. Each run has the same bits with the same seed, and after a kill; leaves no tensor; equals its unsplit form; or is refused before
/// the first update with a message that names what does not go together.
/// </summary>
public sealed partial class CombinationTests(ITestOutputHelper output) : IDisposable
{
    private const long Samples = 21;
    private const long Places = 3;
    private const int Epochs = 3;

    // What is refused, the values that do not go together, and what the message names.
    private static readonly (string[] Values, string Message)[] Refusals =
    [
        (["memory", "micro-batches"], "*'Contrastive'*MicroBatchSize 3*BatchSize*"),
        (["relations", "micro-batches"], "*'SimilarityPreserving'*MicroBatchSize 3*BatchSize*"),
        (["supervised", "soft and hard"], "*needs a teacher*"),
        (["supervised", "weights and ignored labels"], "*needs a teacher*"),
        (["supervised", "connector"], "*needs a teacher*"),
        (["supervised", "normalizing connector"], "*needs a teacher*"),
        (["supervised", "memory"], "*needs a teacher*"),
        (["supervised", "relations"], "*needs a teacher*"),
        (["supervised", "wrapped"], "*needs a teacher*"),
        (["ensemble", "connector"], "*layer 'in' of the teacher*"),
        (["ensemble", "normalizing connector"], "*layer 'in' of the teacher*"),
        (["ensemble", "memory"], "*layer 'in' of the teacher*"),
        (["ensemble", "relations"], "*layer 'in' of the teacher*"),
        (["ensemble", "wrapped"], "*layer 'in' of the teacher*"),
        (["function", "connector"], "*layer 'in' of the teacher*"),
        (["function", "normalizing connector"], "*layer 'in' of the teacher*"),
        (["function", "memory"], "*layer 'in' of the teacher*"),
        (["function", "relations"], "*layer 'in' of the teacher*"),
        (["function", "wrapped"], "*layer 'in' of the teacher*"),
        (["sequences", "memory"], "*"),
        (["sequences", "cached", "connector"], "*must have outputs of one shape*"),
        (["sequences", "cached", "normalizing connector"], "*must have outputs of one shape*"),
        (["sequences", "cached", "relations"], "*must have outputs of one shape*"),
        (["sequences", "cached", "wrapped"], "*must have outputs of one shape*"),
        (["float64", "bfloat16 layers"], "*float32*"),
    ];

    private static readonly (string Name, string[] Values)[] Factors =
    [
        ("loss", ["soft and hard", "weights and ignored labels", "connector", "normalizing connector", "memory", "relations", "wrapped", "labels"]),
        ("scheme", ["distillation", "joint", "supervised"]),
        ("teacher", ["live", "cached", "ensemble", "cached ensemble", "function"]),
        ("data", ["samples", "sequences"]),
        ("student", ["plain", "normalizes", "drops"]),
        ("layers", ["as they are", "bfloat16 layers"]),
        ("type", ["float32", "float64"]),
        ("pieces", ["whole", "micro-batches"]),
        ("last batch", ["kept", "dropped"]),
        ("order", ["shuffled", "sequential", "blocks", "overlapping"]),
        ("optimizer", ["sgd", "adamw", "torchsharp"]),
        ("average", ["none", "averaged"]),
        ("clip", ["none", "by norm", "by value"]),
        ("prefetch", ["none", "two ahead"]),
        ("non-finite", ["stop", "skip", "roll back"]),
        ("watch", ["nothing", "best", "early stopping"]),
    ];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Every_pair_of_options_holds_or_is_refused()
    {
        var held = new HashSet<(int, int, int, int)>();
        List<int[]> rows = CoveringArray.Of([.. Factors.Select(factor => factor.Values.Length)], (int)LongForm.Seed);
        foreach (int[] row in rows)
        {
            var choice = new Choice([.. row.Select((value, factor) => Factors[factor].Values[value])]);
            if (Try(choice))
            {
                held.UnionWith(CoveringArray.Pairs(row));
            }
        }

        output.WriteLine(Table(rows, held));
    }

    // A refused run covers no pair but the one that is refused: each other pair of it must be held by a run without that.
    [Fact]
    public void Every_pair_that_is_not_refused_is_held_by_some_run()
    {
        List<int[]> rows = CoveringArray.Of([.. Factors.Select(factor => factor.Values.Length)], seed: 2);
        int refused = 0;
        foreach (int[] row in rows)
        {
            int[] allowed = Allowed(row);
            refused += allowed.SequenceEqual(row) ? 0 : 1;
            Try(new Choice([.. allowed.Select((value, factor) => Factors[factor].Values[value])])).Should().BeTrue("nothing in it is refused");
        }

        output.WriteLine($"{rows.Count} runs, {refused} of them with a value replaced because it does not go with another");
    }

    private static int[] Allowed(int[] row)
    {
        int[] allowed = [.. row];
        for (int i = 0; i < Factors.Length; i++)
        {
            string[] values = [.. allowed.Select((value, factor) => Factors[factor].Values[value])];
            if (Refusals.FirstOrDefault(refusal => refusal.Values.All(values.Contains)) is not { Values: { } wrong })
            {
                break;
            }

            // The loss stays; what it does not go with goes back to the first value of its factor.
            int factor = Array.FindIndex(Factors, one => one.Name != "loss" && one.Values.Intersect(wrong).Any());
            allowed[factor] = 0;
        }

        return allowed;
    }

    private bool Try(Choice choice)
    {
        (string[] Values, string Message)[] expected = [.. Refusals.Where(refusal => choice.Applies(refusal.Values))];
        Outcome whole = choice.Run(checkpoints: null);
        long tensors = Leak.Count();
        Outcome again = choice.Run(checkpoints: null);
        Leak.Count().Should().Be(tensors + again.Counted, $"{choice} leaves no tensor");
        if (whole.Refusal is { } refusal)
        {
            expected.Should().NotBeEmpty($"{choice} goes together, but was refused: {refusal}");
            expected.Should().Contain(
                one => Matches(refusal.Message, one.Message), $"the message of {choice} must name what does not go together, but is: {refusal.Message}");
            whole.Numbers.Should().Equal(whole.Before, $"{choice} is refused before the first update");
            return false;
        }

        expected.Should().BeEmpty($"{choice} must be refused");
        whole.Numbers.Should().OnlyContain(number => double.IsFinite(number), choice.ToString());
        again.Numbers.Should().Equal(whole.Numbers, $"{choice} has the same seed");
        Killed(choice).Should().Equal(whole.Numbers, $"{choice} was killed and goes on");
        if (choice.IsSplit && choice.PromisesUnsplit)
        {
            Close.ShouldBe(choice.Unsplit().Run(checkpoints: null).Weights, whole.Weights, choice.IsDouble ? 1e-9 : 2e-3, $"{choice} without micro-batches");
        }

        return true;
    }

    private static bool Matches(string message, string pattern)
    {
        using var scope = new FluentAssertions.Execution.AssertionScope();
        message.Should().Match(pattern);
        return scope.Discard().Length == 0;
    }

    private double[] Killed(Choice choice)
    {
        string directory = Path.Combine(_directory, Guid.NewGuid().ToString());
        _ = choice.Run(new CheckpointOptions(directory) { EverySteps = 2, AtEpochEnds = false, Keep = 1000 });
        string[] all = [.. Directory.EnumerateDirectories(directory, "step-*").Order(StringComparer.Ordinal)];
        foreach (string later in all.Skip(Math.Max(1, all.Length / 2)))
        {
            Directory.Delete(later, recursive: true);
        }

        double[] resumed = choice.Run(new CheckpointOptions(directory) { AtEpochEnds = false }).Numbers;
        Directory.Delete(directory, recursive: true);
        return resumed;
    }

    private static string Table(List<int[]> rows, HashSet<(int, int, int, int)> held)
    {
        var all = rows.SelectMany(CoveringArray.Pairs).ToHashSet();
        var text = new StringBuilder().AppendLine($"{rows.Count} runs, {all.Count} pairs: {held.Count} held, {all.Count - held.Count} in refused runs alone");
        foreach ((string[] values, string message) in Refusals)
        {
            text.AppendLine($"refused: {string.Join(" with ", values)}: {message}");
        }

        return text.ToString();
    }

    private sealed record Outcome(double[] Before, double[] Weights, double[] Numbers, Exception? Refusal)
    {
        /// <summary>Gets how many parameters the run has made. TorchSharp counts each a second time as a tensor, which it never takes back.</summary>
        public long Counted { get; set; }
    }
}
