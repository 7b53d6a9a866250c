namespace Distillation.SmallData;

/// <summary>Draws of samples with replacement: how often each of them is drawn.</summary>
internal sealed class BootstrapDraws(int samples, int seed)
{
    private readonly int[] _counts = new int[samples];
    private SplitMix64 _random = new(SplitMix64.Mix(seed, samples));

    /// <summary>Returns the counts of the next draw, in an array that the draw after it overwrites.</summary>
    public int[] Next()
    {
        Array.Clear(_counts);
        for (int i = 0; i < samples; i++)
        {
            _counts[(int)(_random.NextUniform() * samples)]++;
        }

        return _counts;
    }
}
