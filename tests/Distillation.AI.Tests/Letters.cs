using Distillation.Text;

namespace Distillation.AI.Tests;

/// <summary>A labeling task of three departments.</summary>
internal static class Letters
{
    public static TextTask Task { get; } = new()
    {
        Description = "Which department must answer this letter?",
        Labels = [new() { Name = "billing", Definition = "Invoices and payments." }, new() { Name = "delivery" }, new() { Name = "other" }],
        Examples = [new LabeledText("My invoice is wrong.", "billing")],
    };

    public static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => $"Letter number {i}")];

    /// <summary>The label of a letter: by its number.</summary>
    public static string LabelOf(string text) => Task.Labels[int.Parse(text.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture) % 3].Name;
}
