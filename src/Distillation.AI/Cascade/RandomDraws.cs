namespace Distillation.AI;

/// <summary>Random draws from a seed, by a generator of libtorch of its own.</summary>
internal sealed class RandomDraws(int seed) : IDisposable
{
    private readonly torch.Generator _generator = new(unchecked((ulong)seed));

    /// <summary>Returns the numbers below a count in random order.</summary>
    public int[] Permutation(int count)
    {
        using Tensor order = torch.randperm(count, torch.ScalarType.Int32, generator: _generator);
        return order.data<int>().ToArray();
    }

    /// <summary>Returns as many numbers below a count as it is, drawn with replacement.</summary>
    public int[] Resample(int count)
    {
        using Tensor rows = torch.randint(0, count, [count], torch.ScalarType.Int32, generator: _generator);
        return rows.data<int>().ToArray();
    }

    /// <summary>Returns a number in [0, 1).</summary>
    public double Uniform()
    {
        using Tensor number = torch.rand([1], torch.ScalarType.Float64, generator: _generator);
        return number.data<double>()[0];
    }

    public void Dispose() => _generator.Dispose();
}
