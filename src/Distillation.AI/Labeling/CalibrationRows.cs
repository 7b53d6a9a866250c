using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Rows of log-probabilities: what fits them, and how well calibrated they are.</summary>
internal static class CalibrationRows
{
    /// <summary>Returns log p of a row, with a floor.</summary>
    public static double[] Logarithms(IReadOnlyList<double> probabilities, double floor) =>
        [.. probabilities.Select(probability => Math.Log(Math.Max(probability, floor)))];

    /// <summary>Fits what the options name.</summary>
    public static CalibrationMap Fit(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, LabelCalibrationOptions options) => options.Method switch
    {
        CalibrationMethod.Vector => VectorScaling.Fit(rows, labels, options.Penalty),
        CalibrationMethod.Matrix => MatrixScaling.Fit(rows, labels, options.Penalty),
        _ => Temperature(rows, labels),
    };

    /// <summary>Measures rows of log-probabilities.</summary>
    public static EvaluationReport Measure(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels)
    {
        using var scope = torch.NewDisposeScope();
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);
        Tensor logits = Logits(rows);
        accumulator.Update(logits, new Batch(logits, Ids(labels), Ids([.. Enumerable.Range(0, rows.Count)])));
        return accumulator.Compute();
    }

    private static CalibrationMap Temperature(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels)
    {
        int classes = rows[0].Length;
        using var scope = torch.NewDisposeScope();
        double temperature = TemperatureScaling.Fit(Logits(rows), Ids(labels));
        return CalibrationMap.Diagonal([.. Enumerable.Repeat(1 / temperature, classes)], new double[classes]);
    }

    private static Tensor Logits(IReadOnlyList<double[]> rows) => torch.tensor([.. rows.SelectMany(row => row)], rows.Count, rows[0].Length);

    private static Tensor Ids(IReadOnlyList<int> labels) => torch.tensor([.. labels.Select(label => (long)label)]);
}
