namespace Distillation.SmallData;

/// <summary>
/// Random numbers for samples: each is a function of the seed, of the sample's number and of what was drawn for it before, so that a sample is the same in any
/// batch and on any machine.
/// </summary>
/// <remarks>A draw gives a row for each sample. Draws are independent of each other.</remarks>
public sealed class SampleRandom
{
    private readonly long[] _numbers;
    private readonly int _seed;
    private readonly torch.Device _device;
    private int _draws;

    private SampleRandom(int seed, long[] numbers, torch.Device device, int draws) => (_seed, _numbers, _device, _draws) = (seed, numbers, device, draws);

    /// <summary>Creates the chance of some samples.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="numbers">The samples' numbers, [N] int64.</param>
    /// <param name="device">Where draws are put.</param>
    public SampleRandom(int seed, Tensor numbers, torch.Device device)
    {
        using Tensor local = Require.Present(numbers).cpu();
        (_seed, _numbers, _device) = (seed, local.data<long>().ToArray(), Require.Present(device));
    }

    /// <summary>Gets the samples' numbers.</summary>
    public IReadOnlyList<long> Numbers => _numbers;

    /// <summary>Draws evenly from [0, 1).</summary>
    /// <param name="columns">How many numbers for each sample; positive.</param>
    /// <param name="dtype">The data type.</param>
    /// <returns>[N, <paramref name="columns"/>].</returns>
    public Tensor Uniform(long columns, torch.ScalarType dtype = torch.ScalarType.Float32) =>
        Draw(columns, dtype, (ref SplitMix64 random) => random.NextUniform());

    /// <summary>Draws from the normal distribution of mean 0 and deviation 1 (Box and Muller, 1958).</summary>
    /// <param name="columns">How many numbers for each sample; positive.</param>
    /// <param name="dtype">The data type.</param>
    /// <returns>[N, <paramref name="columns"/>].</returns>
    public Tensor Normal(long columns, torch.ScalarType dtype = torch.ScalarType.Float32) => Draw(columns, dtype, (ref SplitMix64 random) =>
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextUniform()));
        return radius * Math.Cos(2 * Math.PI * random.NextUniform());
    });

    /// <summary>Draws whole numbers evenly from [0, bound).</summary>
    /// <param name="bound">Positive, at most 2³¹.</param>
    /// <returns>[N] int64.</returns>
    public Tensor Below(long bound)
    {
        Require.InRange(bound, 1, int.MaxValue);
        using Tensor uniform = Uniform(1, torch.ScalarType.Float64);
        using Tensor scaled = uniform.MulInPlace(bound).floor_().squeeze(1);
        return scaled.to(torch.ScalarType.Int64);
    }

    /// <summary>Returns the chance of some of the samples, from here on.</summary>
    /// <param name="rows">Their places among these samples, each in [0, N).</param>
    /// <returns>Their chance.</returns>
    public SampleRandom Of(IEnumerable<long> rows) => new(_seed, [.. Require.Present(rows).Select(row => _numbers[row])], _device, _draws);

    /// <summary>
    /// Gives the same samples a chance of their own. Some of them may then draw more often than others, and what all draw afterward has nothing in common with
    /// it.
    /// </summary>
    internal SampleRandom Branch() => new(unchecked((int)SplitMix64.Mix(_seed, ~_draws++)), _numbers, _device, 0);

    private Tensor Draw(long columns, torch.ScalarType dtype, Drawing next)
    {
        Require.Positive(columns);
        int draw = _draws++;
        var values = new double[_numbers.Length * columns];
        for (int row = 0; row < _numbers.Length; row++)
        {
            var random = new SplitMix64(SplitMix64.Mix(SplitMix64.Mix(_seed, draw), (ulong)_numbers[row]));
            for (long column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = next(ref random);
            }
        }

        return torch.tensor(values, [_numbers.Length, columns], dtype, _device);
    }

    private delegate double Drawing(ref SplitMix64 random);
}
