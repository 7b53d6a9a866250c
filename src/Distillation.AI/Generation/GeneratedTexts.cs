using System.Globalization;
using Distillation.Text;

namespace Distillation.AI;

/// <summary>Texts that a model wrote, and what became of those that are not kept.</summary>
public sealed record GeneratedTexts
{
    /// <summary>Gets the kept texts with their labels, in the order of labels.</summary>
    public required IReadOnlyList<LabeledText> Texts { get; init => field = Require.Present(value); }

    /// <summary>Gets the names of the labels.</summary>
    public required IReadOnlyList<string> Labels { get; init => field = Require.Present(value); }

    /// <summary>Gets how many texts had each fate.</summary>
    public required IReadOnlyDictionary<GeneratedFate, int> Fates { get; init => field = Require.Present(value); }

    /// <summary>Gets the distance of each kept text to the nearest original: 1 − Jaccard similarity, estimated, in [0, 1].</summary>
    /// <value>Empty where there are no originals.</value>
    public required IReadOnlyList<double> Distances { get; init => field = Require.Present(value); }

    /// <summary>Gets why requests for texts were refused or failed.</summary>
    public required IReadOnlyList<string> Refusals { get; init => field = Require.Present(value); }

    /// <summary>Gets what the run spent, for generation and verification.</summary>
    public required Spending Spending { get; init => field = Require.Present(value); }

    /// <summary>Gets how the run ended.</summary>
    public required RunOutcome Outcome { get; init => field = Require.Defined(value); }

    /// <summary>Gets the number of texts that the model wrote.</summary>
    public int Written => Fates.Values.Sum();

    /// <summary>Gets the mean of <see cref="Distances"/>; NaN where there is none.</summary>
    public double MeanDistance => Distances.Count == 0 ? double.NaN : Distances.Average();

    /// <summary>Gets the smallest of <see cref="Distances"/>; NaN where there is none.</summary>
    public double MinDistance => Distances.Count == 0 ? double.NaN : Distances.Min();

    /// <summary>Returns the share of the written texts that had a fate.</summary>
    /// <param name="fate">The fate.</param>
    /// <returns>In [0, 1]; 0 where nothing was written.</returns>
    public double Share(GeneratedFate fate) => Written == 0 ? 0 : (double)Fates.GetValueOrDefault(Require.Defined(fate)) / Written;

    /// <summary>Returns the result with as many texts of each label as the rarest one has: the first ones of each.</summary>
    /// <returns>The result; what is left out counts as <see cref="GeneratedFate.Surplus"/>.</returns>
    public GeneratedTexts Balanced()
    {
        int each = Labels.Min(label => Texts.Count(text => text.Label == label));
        int[] kept = [.. Labels.SelectMany(label => Enumerable.Range(0, Texts.Count).Where(i => Texts[i].Label == label).Take(each))];
        var fates = Fates.ToDictionary();
        fates[GeneratedFate.Kept] = kept.Length;
        fates[GeneratedFate.Surplus] = fates.GetValueOrDefault(GeneratedFate.Surplus) + Texts.Count - kept.Length;
        return new()
        {
            Texts = [.. kept.Select(i => Texts[i])],
            Labels = Labels,
            Fates = fates,
            Distances = Distances.Count == 0 ? [] : [.. kept.Select(i => Distances[i])],
            Refusals = Refusals,
            Spending = Spending,
            Outcome = Outcome,
        };
    }

    /// <summary>Returns the counts by label and by fate, the distances to originals and the spending.</summary>
    /// <returns>A few lines, with 4 significant digits.</returns>
    public string Describe()
    {
        string ended = Outcome == RunOutcome.StoppedByLimit ? ", stopped by the limit" : "";
        List<string> lines = [string.Create(CultureInfo.InvariantCulture, $"{Texts.Count} of {Written} written texts kept{ended}")];
        lines.AddRange(Labels.Select(label => string.Create(CultureInfo.InvariantCulture, $"  {label}: {Texts.Count(text => text.Label == label)}")));
        lines.AddRange(Enum.GetValues<GeneratedFate>().Select(fate => string.Create(
            CultureInfo.InvariantCulture, $"  {fate}: {Fates.GetValueOrDefault(fate)} ({Share(fate):P1})")));
        if (Distances.Count > 0)
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"distance to the nearest original: {MeanDistance:G4} in the mean, {MinDistance:G4} at least"));
        }

        lines.Add(Spending.Describe());
        return string.Join(Environment.NewLine, lines);
    }
}
