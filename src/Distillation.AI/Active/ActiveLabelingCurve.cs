using System.Globalization;

namespace Distillation.AI;

/// <summary>The quality of a student against the number of labels and their cost, for several strategies of choosing texts and for random choice.</summary>
/// <remarks>
/// A strategy is compared with random choice by the mean quality of all rounds after the first labels, in pairs of the same seed. The intervals of these
/// comparisons share the level (Bonferroni): of several strategies none of which is better, one is called better with probability (1 − level) / 2 at most.
/// </remarks>
public sealed record ActiveLabelingCurve
{
    /// <summary>Gets the curve of each strategy, random choice first.</summary>
    public required IReadOnlyList<StrategyCurve> Curves { get; init; }

    /// <summary>Gets how sure the intervals are, in (0, 1).</summary>
    public required double Level { get; init; }

    /// <summary>Gets the name of the strategy with the largest difference from random choice among those that are shown to be better.</summary>
    /// <value><see langword="null"/> where none is.</value>
    public string? Best => Curves.Where(curve => curve.BeatsRandom).MaxBy(curve => curve.AgainstRandom!.Mean)?.Name;

    /// <summary>Measures strategies.</summary>
    /// <param name="pool">The texts; labeled ones are not chosen. Embeddings, and predictions for the first choice where the function returns none.</param>
    /// <param name="strategies">The strategies, at least one, besides random choice, which is always measured.</param>
    /// <param name="train">Trains a student on the labeled texts, and returns its quality and its predictions; it must depend on its argument alone.</param>
    /// <param name="options">Sizes, seeds and costs; defaults if not given.</param>
    /// <param name="cancellationToken">Ends the work between two rounds.</param>
    /// <returns>The curves.</returns>
    /// <exception cref="ArgumentException">There is no strategy, two have one name, or the pool has too few texts.</exception>
    /// <exception cref="OperationCanceledException">The work was ended.</exception>
    public static ActiveLabelingCurve Measure(
        ActivePool pool,
        IReadOnlyList<ActiveSelectorOptions> strategies,
        Func<ActiveRound, ActiveOutcome> train,
        ActiveCurveOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new CurveMeasurement(Require.Present(pool), Require.Present(strategies), Require.Present(train), options ?? new()).Run(cancellationToken);

    /// <summary>Describes the curves: which strategy is better than random choice, and a table.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe()
    {
        var lines = new List<string>
        {
            Best is { } best
                ? $"'{best}' is better than random choice."
                : "No strategy is shown to be better than random choice.",
        };
        lines.AddRange(
            from curve in Curves
            where curve.AgainstRandom is not null
            select $"  {curve.AgainstRandom!.Describe(curve.Name, higherIsBetter: true)}");
        lines.Add("");
        lines.AddRange(TextTable.Lines(["labels", "cost", .. Curves.Select(curve => curve.Name)], Enumerable.Range(0, Curves[0].Points.Count).Select(Row)));
        lines.Add(string.Create(
            CultureInfo.InvariantCulture, $"Mean quality over {Curves[0].Points[0].Values.Count} seeds, with intervals at level {100 * Level:G4} %."));
        return string.Join(Environment.NewLine, lines);
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();

    private string[] Row(int point)
    {
        CurvePoint first = Curves[0].Points[point];
        return [Figures.Count(first.Labels), Figures.Of(first.Cost), .. Curves.Select(curve => Cell(curve.Points[point]))];
    }

    private static string Cell(CurvePoint point) => $"{Figures.Of(point.Mean)} [{Figures.Of(point.Interval)}]";
}
