namespace Distillation.SmallData;

/// <summary>Draws the same number of samples of each class at random, without replacement: the control of every coreset and of every synthetic set.</summary>
public sealed record RandomSubset : IDataCondenser
{
    /// <inheritdoc/>
    public string Name => "random subset";

    /// <inheritdoc/>
    public TensorData Condense(LabeledSamples data, int samplesPerClass, int seed = 0, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(samplesPerClass);
        return ClassRows.Gather(data, ClassRows.Of(data).SelectMany(
            kind => ClassRows.Draw(kind.Rows, samplesPerClass, SplitMix64.Mix((ulong)(uint)seed, (ulong)kind.Label))));
    }
}
