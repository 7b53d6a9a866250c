namespace Distillation.AI;

/// <summary>Labels as numbers: the place of each among the names, or −1 where a system has no answer.</summary>
internal static class PredictedIds
{
    public const int NoAnswer = -1;

    public static int[] Of(IReadOnlyList<string?> labels, IReadOnlyList<string> names, string what, string argument)
    {
        Dictionary<string, int> places = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        return [.. labels.Select((label, text) => label is null ? NoAnswer : places.TryGetValue(label, out int place) ? place : throw Unknown(label, text))];

        ArgumentException Unknown(string label, int text) => new(
            $"Every label must be one of {string.Join(", ", names)}, but {what} has '{label}' for text {text}. Give null where a system has no valid answer.",
            argument);
    }
}
