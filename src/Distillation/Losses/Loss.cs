namespace Distillation.Losses;

/// <summary>What many losses check.</summary>
internal static class Loss
{
    /// <summary>
    /// Below every logarithm of a probability that is not 0, and finite: where a probability is 0, so is its term, and an infinite logarithm would make it NaN.
    /// </summary>
    public const double MinLogarithm = -1e4;

    /// <summary>
    /// Brings float16 and bfloat16 to float32, in which losses are computed: sums pass the largest float16, 65504, and the bounds that keep quotients finite
    /// are 0 there.
    /// </summary>
    public static Tensor Widen(Tensor values) =>
        values.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16 ? values.to(torch.ScalarType.Float32) : values;

    /// <summary>A constant temperature is checked where it is written; one that follows the run, where it is used.</summary>
    public static Schedule Temperature(Schedule temperature)
    {
        if (temperature is Schedule.Constant constant)
        {
            Require.Positive(constant.Value, nameof(temperature));
        }

        return temperature;
    }

    public static double At(Schedule temperature, TrainingPosition position) => Require.Positive(temperature.At(position), nameof(temperature));
}
