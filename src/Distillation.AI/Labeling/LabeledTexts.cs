using System.Globalization;
using Distillation.Text;

namespace Distillation.AI;

/// <summary>Texts with the labels that a model assigned to them.</summary>
public sealed record LabeledTexts
{
    /// <summary>Gets the texts.</summary>
    public required IReadOnlyList<string> Texts { get; init => field = Require.Present(value); }

    /// <summary>Gets the names of the labels, in the order of probabilities.</summary>
    public required IReadOnlyList<string> Labels { get; init => field = Require.Present(value); }

    /// <summary>Gets the probabilities of each text, in the order of <see cref="Labels"/>; <see langword="null"/> where there is no answer.</summary>
    public required IReadOnlyList<IReadOnlyList<double>?> Distributions { get; init => field = Require.Present(value); }

    /// <summary>Gets the texts that were refused or whose requests failed, in their order. Texts that a limit left out are not among them.</summary>
    public required IReadOnlyList<LabelRefusal> Refusals { get; init => field = Require.Present(value); }

    /// <summary>Gets what the run spent.</summary>
    public required Spending Spending { get; init => field = Require.Present(value); }

    /// <summary>Gets how the run ended.</summary>
    public required RunOutcome Outcome { get; init => field = Require.Defined(value); }

    /// <summary>Gets the places of the texts with an answer, in ascending order.</summary>
    public IReadOnlyList<int> Answered => [.. Enumerable.Range(0, Texts.Count).Where(index => Distributions[index] is not null)];

    /// <summary>Gets the probabilities of the answered texts: a row [C] for each place of <see cref="Answered"/>.</summary>
    public IReadOnlyList<float[]> Probabilities =>
        [.. Answered.Select(index => Distributions[index]!.Select(probability => (float)probability).ToArray())];

    /// <summary>Returns the most probable label of a text; of equal ones the first.</summary>
    /// <param name="index">The place of the text.</param>
    /// <returns>The name of the label; <see langword="null"/> where there is no answer.</returns>
    public string? LabelOf(int index) =>
        Distributions[index] is { } distribution ? Labels[Enumerable.Range(0, Labels.Count).MaxBy(label => distribution[label])] : null;

    /// <summary>Returns the answered texts with their most probable labels.</summary>
    /// <returns>The texts, in their order.</returns>
    public IReadOnlyList<LabeledText> ToLabeledTexts() => [.. Answered.Select(index => new LabeledText(Texts[index], LabelOf(index)!))];

    /// <summary>Returns the labels and the spending in a few lines.</summary>
    /// <returns>Such as <c>480 of 500 texts labeled, 2 refused, stopped by the limit</c>, a line for each label, and the spending.</returns>
    public string Describe()
    {
        var counts = ToLabeledTexts().CountBy(text => text.Label).ToDictionary();
        string ended = Outcome == RunOutcome.StoppedByLimit ? ", stopped by the limit" : "";
        return string.Join(Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{Answered.Count} of {Texts.Count} texts labeled, {Refusals.Count} refused{ended}"),
            .. Labels.Select(label => string.Create(CultureInfo.InvariantCulture, $"  {label}: {counts.GetValueOrDefault(label)}")),
            Spending.Describe(),
        ]);
    }
}
