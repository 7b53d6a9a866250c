using System.Globalization;

namespace Distillation.Onnx;

/// <summary>Probabilities that a model outputs in place of logits.</summary>
internal static class Probabilities
{
    private const double Tolerance = 1e-3;

    /// <summary>log max(p, smallest normal number), in float32 or float64: finite, and its softmax is p.</summary>
    public static Tensor Logits(Tensor probabilities, string output)
    {
        if (probabilities.size(Axis(probabilities)) == 1)
        {
            return LogOdds(probabilities, output);
        }

        Tensor wide = Wide(probabilities);
        (double least, double low, double high) = Look(wide);

        // Written so that NaN fails too.
        if (!(least >= -Tolerance && low >= 1 - Tolerance && high <= 1 + Tolerance))
        {
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Output '{output}' must give probabilities: "
                    + $"rows of numbers in [0, 1] that sum to 1, but its least number is {least:R} and the sums are in [{low:R}, {high:R}]. ")
                + $"{nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.Meaning)} declares logits, or probabilities that each stand for themselves "
                + $"({nameof(OnnxTeacherOutput.BinaryProbabilities)}).");
        }

        return Log(wide);
    }

    /// <summary>log(p / (1 - p)), in float32 or float64: finite, and its sigmoid is p.</summary>
    public static Tensor LogOdds(Tensor probabilities, string output)
    {
        Tensor wide = Wide(probabilities);
        (double least, double most) = wide.numel() == 0 ? (0, 0) : (Number(wide.min()), Number(wide.max()));
        if (!(least >= -Tolerance && most <= 1 + Tolerance))
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"Output '{output}' must give probabilities: numbers in [0, 1], but they are in [{least:R}, {most:R}]. ")
                + $"{nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.Meaning)} declares logits.");
        }

        using Scalar one = 1.ToScalar();
        using Scalar lowest = Math.Log(Smallest(wide)).ToScalar();
        return Log(wide).sub_(wide.clamp_max(one).neg_().log1p_().clamp_min_(lowest));
    }

    /// <summary>Whether numbers that were not declared are probabilities beyond reasonable doubt.</summary>
    public static bool Seem(Tensor numbers)
    {
        if (numbers.size(Axis(numbers)) < 2 || numbers.numel() == 0)
        {
            return false;
        }

        (double least, double low, double high) = Look(Wide(numbers));
        return least >= 0 && low >= 1 - Tolerance && high <= 1 + Tolerance;
    }

    private static Tensor Log(Tensor wide)
    {
        using Scalar smallest = Smallest(wide).ToScalar();
        return wide.clamp_min(smallest).log_();
    }

    private static double Smallest(Tensor wide) => wide.dtype == torch.ScalarType.Float64 ? 2.2250738585072014e-308 : 1.17549435e-38;

    private static Tensor Wide(Tensor numbers) => numbers.dtype == torch.ScalarType.Float64 ? numbers : numbers.to(torch.ScalarType.Float32);

    private static (double Least, double LowestSum, double HighestSum) Look(Tensor wide)
    {
        Tensor sums = wide.sum(Axis(wide));
        return (Number(wide.min()), Number(sums.min()), Number(sums.max()));
    }

    // Maps have the classes before the places; all else has them last.
    private static int Axis(Tensor numbers) => numbers.dim() == 4 ? 1 : (int)numbers.dim() - 1;

    private static double Number(Tensor number) => number.to(torch.ScalarType.Float64).item<double>();
}
