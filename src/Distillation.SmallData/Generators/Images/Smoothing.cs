using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Gaussian smoothing of maps by sums of shifted copies: no convolution, whose algorithm and rounding change with the batch.</summary>
internal static class Smoothing
{
    /// <summary>Smooths down and to the right with weights exp(−d²/(2σ²)) to the distance ⌈3σ⌉, which add up to 1.</summary>
    /// <param name="maps">[N, C, H, W].</param>
    /// <param name="deviation">σ, in pixels; positive.</param>
    /// <param name="border">What is outside: the border's values or zero.</param>
    /// <returns>[N, C, H, W].</returns>
    public static Tensor Gaussian(Tensor maps, double deviation, PaddingModes border)
    {
        int radius = (int)Math.Ceiling(3 * deviation);
        double[] weights = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(distance => Math.Exp(-distance * distance / (2 * deviation * deviation)))];
        double sum = weights.Sum();
        double[] shares = [.. weights.Select(weight => weight / sum)];
        Tensor down = Along(2, functional.pad(maps, [0, 0, radius, radius], border), shares);
        return Along(3, functional.pad(down, [radius, radius, 0, 0], border), shares);
    }

    private static Tensor Along(int dimension, Tensor padded, double[] shares)
    {
        long size = padded.size(dimension) - shares.Length + 1;
        using Tensor first = padded.narrow(dimension, 0, size);
        Tensor sum = first.Mul(shares[0]);
        for (int place = 1; place < shares.Length; place++)
        {
            using Tensor shifted = padded.narrow(dimension, place, size);
            using Tensor weighted = shifted.Mul(shares[place]);
            sum.AddInPlace(weighted);
        }

        return sum;
    }
}
