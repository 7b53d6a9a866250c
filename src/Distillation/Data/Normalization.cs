using System.Collections.Immutable;

namespace Distillation.Data;

/// <summary>The mean and the standard deviation of each channel, to bring inputs to mean 0 and deviation 1: <c>(x − mean) / deviation</c>.</summary>
/// <remarks>Fit it on the training data alone, and apply it to all data.</remarks>
public sealed class Normalization
{
    /// <summary>Takes known numbers.</summary>
    /// <param name="mean">The mean of each channel, C of them; finite.</param>
    /// <param name="standardDeviation">The deviation of each channel, C of them; positive.</param>
    /// <exception cref="ArgumentException">There is not one deviation for each mean.</exception>
    public Normalization(IEnumerable<double> mean, IEnumerable<double> standardDeviation)
    {
        Mean = [.. Require.Present(mean).Select(value => Require.Finite(value, nameof(mean)))];
        StandardDeviation = [.. Require.Present(standardDeviation).Select(value => Require.Positive(value, nameof(standardDeviation)))];
        if (Mean.Length == 0 || Mean.Length != StandardDeviation.Length)
        {
            throw new ArgumentException(
                $"There must be one deviation for each mean, at least one, but there are {Mean.Length} and {StandardDeviation.Length}.",
                nameof(standardDeviation));
        }
    }

    /// <summary>Gets the mean of each channel, C of them.</summary>
    public ImmutableArray<double> Mean { get; }

    /// <summary>Gets the standard deviation of each channel, C of them; positive.</summary>
    public ImmutableArray<double> StandardDeviation { get; }

    /// <summary>Measures inputs.</summary>
    /// <param name="inputs">[N, C] or [N, C, ...], of a floating type.</param>
    /// <returns>The mean and the population standard deviation over all but the second dimension; 1 in place of a deviation of 0.</returns>
    /// <exception cref="ArgumentException">The inputs have no channels, no samples, or values that are not finite.</exception>
    public static Normalization Fit(Tensor inputs)
    {
        Require.Present(inputs);
        if (inputs.dim() < 2 || inputs.numel() == 0 || !torch.is_floating_point(inputs))
        {
            throw new ArgumentException(
                $"Inputs must be [N, C, ...] of a floating type with at least one sample, but are {Shapes.Of(inputs)} {inputs.dtype}.", nameof(inputs));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor channels = inputs.transpose(0, 1).flatten(1).to(torch.ScalarType.Float64);
        Tensor mean = channels.mean([1]);
        Tensor deviation = (channels - mean.unsqueeze(1)).Square().mean([1]).sqrt();
        if (!deviation.isfinite().all().item<bool>())
        {
            throw new ArgumentException("Inputs must be finite, but some are not. Fill or leave out what is missing.", nameof(inputs));
        }

        deviation = torch.where(deviation.Eq(0), torch.ones_like(deviation), deviation);
        return new Normalization(mean.cpu().data<double>().ToArray(), deviation.cpu().data<double>().ToArray());
    }

    /// <summary>Normalizes inputs.</summary>
    /// <param name="inputs">[N, C] or [N, C, ...], of a floating type.</param>
    /// <returns>New inputs of the same shape and type, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The inputs do not have the channels that were measured.</exception>
    public Tensor Apply(Tensor inputs)
    {
        Require.Present(inputs);
        if (inputs.dim() < 2 || inputs.size(1) != Mean.Length)
        {
            throw new ArgumentException($"Inputs must have {Mean.Length} channels, [N, {Mean.Length}, ...], but are {Shapes.Of(inputs)}.", nameof(inputs));
        }

        using var scope = torch.NewDisposeScope();
        long[] shape = [1, Mean.Length, .. Enumerable.Repeat(1L, (int)inputs.dim() - 2)];
        Tensor mean = torch.tensor([.. Mean], shape, inputs.dtype, inputs.device);
        Tensor scale = torch.tensor([.. StandardDeviation.Select(deviation => 1 / deviation)], shape, inputs.dtype, inputs.device);
        return (inputs - mean).mul_(scale).MoveToOuterDisposeScope();
    }
}
