namespace Distillation.AI;

/// <summary>Settings of a <see cref="LabelCalibration"/>.</summary>
public sealed record LabelCalibrationOptions
{
    /// <summary>Gets what is fitted.</summary>
    /// <value>The default value is <see cref="CalibrationMethod.Temperature"/>.</value>
    public CalibrationMethod Method { get; init => field = Require.Defined(value); } = CalibrationMethod.Temperature;

    /// <summary>Gets the number of parts for the reports: each part is calibrated by what the others fit.</summary>
    /// <value>Two or more; the default value is 5.</value>
    public int Folds { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 5;

    /// <summary>Gets the seed that assigns rows to parts.</summary>
    /// <value>The default value is 0.</value>
    public int Seed { get; init; }

    /// <summary>Gets the probability to which smaller ones are raised, so that they have a logarithm.</summary>
    /// <value>In [1e-12, 0.1]; the default value is 0.001.</value>
    public double Floor { get; init => field = Require.InRange(value, 1e-12, 0.1); } = 0.001;

    /// <summary>
    /// Gets the weight λ of the penalty beside the negative log-likelihood of all rows: λ/2 · Σ_k ((w_k − 1)² + b_k²) in
    /// <see cref="CalibrationMethod.Vector"/>, λ/2 · (‖W − I‖² + ‖b‖²) in <see cref="CalibrationMethod.Matrix"/>.
    /// </summary>
    /// <value>Positive; the default value is 1.</value>
    public double Penalty { get; init => field = Require.Positive(value); } = 1;
}
