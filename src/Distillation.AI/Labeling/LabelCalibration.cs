using System.Globalization;
using Distillation.Data;

namespace Distillation.AI;

/// <summary>
/// Calibrates the probabilities of a model by a few human labels. What is applied is fitted to all labeled rows; what is reported is out of fold: each part of
/// the rows is calibrated by what the other parts fit.
/// </summary>
public sealed record LabelCalibration
{
    private CalibrationMap _map = new([], []);
    private double _floor;

    private LabelCalibration()
    {
    }

    /// <summary>Gets what was fitted.</summary>
    public required CalibrationMethod Method { get; init; }

    /// <summary>Gets the scale of each label, w: 1/T of each for <see cref="CalibrationMethod.Temperature"/>, otherwise the diagonal of W.</summary>
    public IReadOnlyList<double> Scales => [.. _map.Weights.Select((row, label) => row[label])];

    /// <summary>Gets the matrix W, [C, C]: a row for each label. It has a diagonal alone but for <see cref="CalibrationMethod.Matrix"/>.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Weights => _map.Weights;

    /// <summary>Gets the offset of each label, b: 0 for <see cref="CalibrationMethod.Temperature"/>.</summary>
    public IReadOnlyList<double> Offsets => _map.Offsets;

    /// <summary>Gets how well the labeled rows are calibrated as they are, expected calibration error and negative log-likelihood among others.</summary>
    public required EvaluationReport Before { get; init; }

    /// <summary>Gets how well the labeled rows are calibrated out of fold.</summary>
    public required EvaluationReport After { get; init; }

    /// <summary>Fits a calibration to rows of probabilities.</summary>
    /// <param name="probabilities">Rows of probabilities [M, C] of texts with a human label.</param>
    /// <param name="labels">The class of each row, from 0, [M].</param>
    /// <param name="options">The settings; the default ones if not given.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentException">
    /// There are fewer rows than parts, not as many labels as rows, rows of different lengths, or numbers that are not probabilities.
    /// </exception>
    public static LabelCalibration FitRows(
        IReadOnlyList<IReadOnlyList<double>> probabilities, IReadOnlyList<int> labels, LabelCalibrationOptions? options = null)
    {
        options ??= new();
        Check(Require.Present(probabilities), Require.Present(labels), options);
        double[][] rows = [.. probabilities.Select(row => CalibrationRows.Logarithms(row, options.Floor))];
        double[][] outOfFold = new double[rows.Length][];
        foreach (Fold fold in Split.InFolds(rows.Length, options.Folds, options.Seed))
        {
            CalibrationMap map = CalibrationRows.Fit([.. fold.Train.Select(i => rows[i])], [.. fold.Train.Select(i => labels[(int)i])], options);
            foreach (long i in fold.HeldOut)
            {
                outOfFold[i] = CalibrationRows.Logarithms(map.Apply(rows[i]), double.Epsilon);
            }
        }

        return new()
        {
            Method = options.Method,
            Before = CalibrationRows.Measure(rows, labels),
            After = CalibrationRows.Measure(outOfFold, labels),
            _map = CalibrationRows.Fit(rows, labels, options),
            _floor = options.Floor,
        };
    }

    /// <summary>Fits a calibration to texts that a model has labeled, and humans too.</summary>
    /// <param name="labeled">The texts with the probabilities of the model.</param>
    /// <param name="humanLabels">Labels by the places of texts. Texts without an answer have no part in it.</param>
    /// <param name="options">The settings; the default ones if not given.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentException">A label or a place is not known, or there are fewer answered texts with a human label than parts.</exception>
    public static LabelCalibration Fit(LabeledTexts labeled, IReadOnlyDictionary<int, string> humanLabels, LabelCalibrationOptions? options = null)
    {
        Require.Present(labeled);
        var places = labeled.Labels.Index().ToDictionary(label => label.Item, label => label.Index);
        foreach ((int index, string label) in Require.Present(humanLabels))
        {
            if (index < 0 || index >= labeled.Texts.Count || !places.ContainsKey(label))
            {
                throw new ArgumentException(
                    $"The human label '{label}' of text {index} must be one of {string.Join(", ", labeled.Labels)}, of one of {labeled.Texts.Count} texts.",
                    nameof(humanLabels));
            }
        }

        int[] rows = [.. labeled.Answered.Where(humanLabels.ContainsKey)];
        return FitRows([.. rows.Select(row => labeled.Distributions[row]!)], [.. rows.Select(row => places[humanLabels[row]])], options);
    }

    /// <summary>Calibrates a row of probabilities.</summary>
    /// <param name="probabilities">The probabilities, [C].</param>
    /// <returns>The calibrated probabilities, [C]; they sum up to 1.</returns>
    /// <exception cref="ArgumentException">There are not as many as there are labels.</exception>
    public IReadOnlyList<double> Apply(IReadOnlyList<double> probabilities) => Require.Present(probabilities).Count == Scales.Count
        ? _map.Apply(CalibrationRows.Logarithms(probabilities, _floor))
        : throw new ArgumentException($"There must be {Scales.Count} probabilities, but there are {probabilities.Count}.", nameof(probabilities));

    /// <summary>Calibrates the probabilities of all answered texts.</summary>
    /// <param name="labeled">The texts.</param>
    /// <returns>The same texts with calibrated probabilities.</returns>
    /// <exception cref="ArgumentException">There are not as many labels as in the calibration.</exception>
    public LabeledTexts Apply(LabeledTexts labeled)
    {
        return Require.Present(labeled) with { Distributions = [.. labeled.Distributions.Select(row => row is null ? null : Apply(row))] };
    }

    /// <summary>Returns what was fitted, and the figures before and after it.</summary>
    /// <returns>Three lines, with 4 significant digits.</returns>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"""
        {Method} scaling by {Before.Samples} human labels; figures out of fold
          expected calibration error: {Before.ExpectedCalibrationError:G4} before, {After.ExpectedCalibrationError:G4} after
          negative log-likelihood: {Before.NegativeLogLikelihood:G4} before, {After.NegativeLogLikelihood:G4} after
        """);

    private static void Check(IReadOnlyList<IReadOnlyList<double>> probabilities, IReadOnlyList<int> labels, LabelCalibrationOptions options)
    {
        if (probabilities.Count < options.Folds || probabilities.Count != labels.Count)
        {
            throw new ArgumentException(
                $"There must be at least {options.Folds} rows, one for each part, and as many labels, but there are {probabilities.Count} and {labels.Count}.",
                nameof(probabilities));
        }

        int classes = probabilities[0].Count;
        for (int i = 0; i < labels.Count; i++)
        {
            if (classes < 2 || probabilities[i].Count != classes || probabilities[i].Any(one => one is not (>= 0 and <= 1)))
            {
                throw new ArgumentException(
                    $"Row {i} must have {Math.Max(classes, 2)} probabilities in [0, 1], but is [{string.Join(", ", probabilities[i])}].",
                    nameof(probabilities));
            }

            Require.InRange(labels[i], 0, classes - 1, FormattableString.Invariant($"labels[{i}]"));
        }
    }
}
