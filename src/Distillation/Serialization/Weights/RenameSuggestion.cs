using System.Text.Encodings.Web;
using System.Text.Json;

namespace Distillation.Serialization;

/// <summary>
/// Finds how the names in a file differ from those of a module: by a prefix, or by a piece within, such as <c>module.</c>, <c>_orig_mod.</c> or
/// <c>state_dict.</c>, which is derived from the names themselves.
/// </summary>
/// <param name="Code">A lambda expression of C# for <see cref="WeightsOptions.Rename"/>.</param>
/// <param name="Rename">What it does.</param>
internal sealed record RenameSuggestion(string Code, Func<string, string?> Rename)
{
    private const int MostCandidates = 100;
    private const int MostSuggestions = 3;

    /// <summary>The suggestions with which a file fits a module completely.</summary>
    public static IReadOnlyList<RenameSuggestion> Of(IReadOnlyCollection<TensorInfo> file, Dictionary<string, Tensor> state, WeightsReport report, bool convert)
    {
        if (report.Missing.FirstOrDefault(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)) is not { } wanted)
        {
            return [];
        }

        string[] others = [.. file.Select(info => info.Name).Where(name => Tail(name) == Tail(wanted)).OrderByDescending(name => Common(name, wanted))];
        RenameSuggestion[] prefixes = Fitting(others.Select(name => OfPrefixes(name[..^Common(name, wanted)], wanted[..^Common(name, wanted)])));
        return prefixes.Length > 0 ? prefixes : Fitting(others.SelectMany(name => Pieces(name, wanted)));

        RenameSuggestion[] Fitting(IEnumerable<RenameSuggestion> candidates) =>
            [
                .. candidates.DistinctBy(one => one.Code)
                    .Take(MostCandidates)
                    .Where(one => WeightsMatch.Of(file, state, one.Rename, convert).IsComplete)
                    .Take(MostSuggestions),
            ];
    }

    private static string Tail(string name) => name[(name.LastIndexOf('.') + 1)..];

    // The length of the longest common end of both names that begins where a part of a name does.
    private static int Common(string name, string wanted)
    {
        int common = 0;
        for (int end = 1; end <= Math.Min(name.Length, wanted.Length) && name[^end] == wanted[^end]; end++)
        {
            bool begins = (end == name.Length || name[^(end + 1)] == '.') && (end == wanted.Length || wanted[^(end + 1)] == '.');
            common = begins ? end : common;
        }

        return common;
    }

    private static RenameSuggestion OfPrefixes(string old, string own)
    {
        string Named(string rest) => own.Length == 0 ? rest : $"{Literal(own)} + {rest}";
        return old.Length == 0
            ? new($"name => {Named("name")}", name => own + name)
            : new($"name => name.StartsWith({Literal(old)}, StringComparison.Ordinal) ? {Named($"name[{old.Length}..]")} : null", name =>
                name.StartsWith(old, StringComparison.Ordinal) ? own + name[old.Length..] : null);
    }

    // A name with something inside that the other does not have: a wrapper around a part of the network.
    private static IEnumerable<RenameSuggestion> Pieces(string name, string wanted)
    {
        int length = name.Length - wanted.Length;
        for (int at = 0; length > 0 && at <= wanted.Length && (at == 0 || name[at - 1] == wanted[at - 1]); at++)
        {
            string piece = name.Substring(at, length);
            if ((at == 0 || name[at - 1] == '.') && piece.EndsWith('.') && name.AsSpan(at + length).SequenceEqual(wanted.AsSpan(at)))
            {
                yield return new($"name => name.Replace({Literal(piece)}, \"\", StringComparison.Ordinal)", one =>
                    one.Replace(piece, string.Empty, StringComparison.Ordinal));
            }
        }
    }

    // What JSON escapes, C# reads alike.
    private static string Literal(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
