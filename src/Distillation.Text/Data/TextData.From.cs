namespace Distillation.Text;

/// <content>The ways to make the data.</content>
public sealed partial class TextData
{
    /// <summary>Creates data of texts without labels.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is <see langword="null"/>.</exception>
    public static TextData FromTexts(IEnumerable<string> texts, TextTokenizer tokenizer, int maxTokens = DefaultMaxTokens) =>
        new(Checked(texts), tokenizer, maxTokens, labels: null, []);

    /// <summary>Creates data of texts with one class each.</summary>
    /// <param name="texts">The texts with the names of their classes; at least one.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="labelNames">The names of the classes in the order of their ids; if not given, those of the texts in ordinal order.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data, with class ids [N] as labels.</returns>
    /// <exception cref="ArgumentException">There is no text, a label is not among the names, or a name comes twice.</exception>
    public static TextData FromLabeled(
        IEnumerable<LabeledText> texts, TextTokenizer tokenizer, IReadOnlyList<string>? labelNames = null, int maxTokens = DefaultMaxTokens)
    {
        LabeledText[] all = [.. Require.Present(texts)];
        string[] kept = Checked(all.Select(text => text?.Text!));
        string[] names = labelNames is null ? [.. all.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal)] : [.. labelNames];
        Dictionary<string, long> ids = Ids(names);
        long[] labels = [.. all.Select((text, number) => IdOf(ids, text.Label, number))];
        return new(kept, tokenizer, maxTokens, TextLabels.Of(labels), names);
    }

    /// <summary>Creates data of texts with several classes each, or none.</summary>
    /// <param name="texts">The texts, each with the names of its classes; at least one.</param>
    /// <param name="labelNames">The names of the classes in the order of the columns.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data, with labels [N, C] of 0 and 1: <c>EvaluationTask.MultiLabel</c>.</returns>
    /// <exception cref="ArgumentException">There is no text, a label is not among the names, or a name comes twice.</exception>
    public static TextData FromLabelSets(
        IEnumerable<(string Text, IReadOnlyCollection<string> Labels)> texts,
        IReadOnlyList<string> labelNames,
        TextTokenizer tokenizer,
        int maxTokens = DefaultMaxTokens)
    {
        (string Text, IReadOnlyCollection<string> Labels)[] all = [.. Require.Present(texts)];
        string[] names = [.. Require.Present(labelNames)];
        Dictionary<string, long> ids = Ids(names);
        var rows = new float[all.Length][];
        for (int number = 0; number < all.Length; number++)
        {
            rows[number] = new float[names.Length];
            foreach (string label in Require.Present(all[number].Labels, nameof(texts)))
            {
                rows[number][IdOf(ids, label, number)] = 1;
            }
        }

        return new(Checked(all.Select(text => text.Text)), tokenizer, maxTokens, TextLabels.Of(rows), names);
    }

    /// <summary>Creates data of texts with probabilities of the classes, such as those that a teacher outputs.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="probabilities">For each text, a probability of each class: rows that add up to 1.</param>
    /// <param name="labelNames">The names of the classes in the order of the columns.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data, with probabilities [N, C] as labels.</returns>
    /// <exception cref="ArgumentException">There is no text, or a row is not one of probabilities of the classes.</exception>
    public static TextData FromProbabilities(
        IEnumerable<string> texts,
        IEnumerable<IReadOnlyList<float>> probabilities,
        IReadOnlyList<string> labelNames,
        TextTokenizer tokenizer,
        int maxTokens = DefaultMaxTokens)
    {
        string[] kept = Checked(texts);
        string[] names = [.. Require.Present(labelNames)];
        _ = Ids(names);
        float[][] rows = [.. Require.Present(probabilities).Select(row => Require.Present(row, nameof(probabilities)).ToArray())];
        int wrong = Array.FindIndex(
            rows, row => row.Length != names.Length || row.Any(value => value is not (>= 0 and <= 1)) || Math.Abs(row.Sum() - 1) > 1e-3);
        return wrong < 0
            ? new(kept, tokenizer, maxTokens, TextLabels.Of(rows), names)
            : throw new ArgumentException(
                $"Each row must have the probabilities of the {names.Length} classes, which add up to 1, "
                + $"but row {wrong} is [{string.Join(", ", rows[wrong])}].",
                nameof(probabilities));
    }

    /// <summary>Creates data of texts with numbers to predict.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="targets">For each text as many finite numbers as for the others.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data, with targets [N, D] as labels: <c>EvaluationTask.Regression</c>.</returns>
    /// <exception cref="ArgumentException">There is no text, or rows differ in length or have numbers that are not finite.</exception>
    public static TextData FromTargets(
        IEnumerable<string> texts, IEnumerable<IReadOnlyList<float>> targets, TextTokenizer tokenizer, int maxTokens = DefaultMaxTokens)
    {
        float[][] rows = [.. Require.Present(targets).Select(row => Require.Present(row, nameof(targets)).ToArray())];
        int wrong = Array.FindIndex(rows, row => row.Length == 0 || row.Length != rows[0].Length || !row.All(float.IsFinite));
        return wrong < 0
            ? new(Checked(texts), tokenizer, maxTokens, TextLabels.Of(rows), [])
            : throw new ArgumentException(
                $"Each row must have as many finite numbers as the first, {rows[0].Length}, but row {wrong} is [{string.Join(", ", rows[wrong])}].",
                nameof(targets));
    }

    private static string[] Checked(IEnumerable<string> texts)
    {
        string[] all = [.. Require.Present(texts)];
        int missing = Array.IndexOf(all, null);
        return missing < 0 ? all : throw new ArgumentException($"Texts must not be null, but text {missing} is.", nameof(texts));
    }

    private static Dictionary<string, long> Ids(string[] labelNames)
    {
        var ids = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string name in labelNames)
        {
            if (!ids.TryAdd(Require.Text(name, nameof(labelNames)), ids.Count))
            {
                throw new ArgumentException($"Each class must be named once, but '{name}' comes twice.", nameof(labelNames));
            }
        }

        return ids;
    }

    private static long IdOf(Dictionary<string, long> ids, string label, int number) =>
        label is not null && ids.TryGetValue(label, out long id)
            ? id
            : throw new ArgumentException($"Labels must be among {string.Join(", ", ids.Keys)}, but that of text {number} is '{label}'.", nameof(label));
}
