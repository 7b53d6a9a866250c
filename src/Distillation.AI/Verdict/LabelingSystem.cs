using Distillation.Text;

namespace Distillation.AI;

/// <summary>The predictions of a system for held-out texts, with its costs.</summary>
public sealed record LabelingSystem
{
    private LabelingSystem(
        string name, LabelingRole role, IReadOnlyList<string?> predicted, IReadOnlyList<IReadOnlyList<double>>? probabilities)
    {
        Name = Require.Text(name);
        Role = Require.Defined(role);
        Predicted = predicted;
        Probabilities = probabilities;
    }

    /// <summary>Gets the name, for reports.</summary>
    public string Name { get; }

    /// <summary>Gets what the system is.</summary>
    public LabelingRole Role { get; }

    /// <summary>Gets the label for each text; <see langword="null"/> where the system has no answer, which counts as wrong.</summary>
    public IReadOnlyList<string?> Predicted { get; }

    /// <summary>Gets the probabilities of all labels for each text, [N, C]; <see langword="null"/> where there are labels alone.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Probabilities { get; }

    /// <summary>Gets the cost of a million texts, in the one currency of all systems.</summary>
    /// <value>Zero or positive. The default value is <see langword="null"/>: not known.</value>
    public double? CostPerMillion { get; init => field = value is { } cost ? Require.NotNegative(cost, nameof(CostPerMillion)) : null; }

    /// <summary>Gets what is paid once, such as for labels and training, in the same currency.</summary>
    /// <value>Zero or positive. The default value is 0.</value>
    public double FixedCost { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the time for one text.</summary>
    /// <value>Zero or positive. The default value is <see langword="null"/>: not known.</value>
    public TimeSpan? Latency
    {
        get;
        init
        {
            Require.NotNegative(value?.TotalSeconds ?? 0, nameof(Latency));
            field = value;
        }
    }

    /// <summary>Creates a system from labels.</summary>
    /// <param name="name">The name, for reports.</param>
    /// <param name="role">What the system is.</param>
    /// <param name="predicted">The label for each text; <see langword="null"/> where the system has no answer.</param>
    /// <returns>The system.</returns>
    public static LabelingSystem FromLabels(string name, LabelingRole role, IReadOnlyList<string?> predicted) =>
        new(name, role, [.. Require.Present(predicted)], probabilities: null);

    /// <summary>Creates a system from predictions of a classifier whose labels are in the order of those of the comparison.</summary>
    /// <param name="name">The name, for reports.</param>
    /// <param name="role">What the system is.</param>
    /// <param name="predictions">The prediction for each text.</param>
    /// <returns>The system.</returns>
    public static LabelingSystem FromPredictions(string name, LabelingRole role, IReadOnlyList<TextPrediction> predictions) =>
        new(
            name,
            role,
            [.. Require.Present(predictions).Select(one => one.Label)],
            [.. predictions.Select(one => one.Probabilities)]);

    /// <summary>Creates a system from probabilities; the label of a text is the one with the highest.</summary>
    /// <param name="name">The name, for reports.</param>
    /// <param name="role">What the system is.</param>
    /// <param name="probabilities">The probabilities of all labels for each text, [N, C].</param>
    /// <param name="labels">The names of the labels, C of them, in the order of the probabilities.</param>
    /// <returns>The system.</returns>
    /// <exception cref="ArgumentException">A text does not have one probability for each label.</exception>
    public static LabelingSystem FromProbabilities(
        string name, LabelingRole role, IReadOnlyList<IReadOnlyList<double>> probabilities, IReadOnlyList<string> labels)
    {
        Require.Present(labels);
        IReadOnlyList<double>[] rows = [.. Require.Present(probabilities)];
        int wrong = Array.FindIndex(rows, row => row is null || row.Count != labels.Count || row.Count == 0);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Every text must have one probability for each of the {labels.Count} labels, but text {wrong} has {rows[wrong]?.Count ?? 0}.",
                nameof(probabilities));
        }

        return new(name, role, [.. rows.Select(row => labels[IndexOfHighest(row)])], rows);
    }

    private static int IndexOfHighest(IReadOnlyList<double> row) => Enumerable.Range(0, row.Count).MaxBy(label => row[label]);
}
