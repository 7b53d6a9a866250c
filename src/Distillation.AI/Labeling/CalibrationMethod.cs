namespace Distillation.AI;

/// <summary>What a <see cref="LabelCalibration"/> fits to logarithms of probabilities.</summary>
public enum CalibrationMethod
{
    /// <summary>One temperature T: log p / T (Guo et al., 2017). The most probable label stays the same.</summary>
    Temperature,

    /// <summary>
    /// A scale and an offset for each label: w_k · log p_k + b_k (vector scaling: Guo et al., 2017). It corrects labels that the model favors.
    /// </summary>
    Vector,

    /// <summary>
    /// A matrix and an offset for each label: W · log p + b (Dirichlet calibration: Kull et al., "Beyond temperature scaling", 2019). It corrects labels that
    /// the model confuses without showing it: where it is sure of one, another may be likely.
    /// </summary>
    Matrix,
}
