namespace Distillation.SmallData;

/// <summary>
/// Real samples without labels, as if they were generated: sample number i is the pool's sample i, and after the last one the first comes again.
/// </summary>
/// <remarks>
/// <para>
/// Samples have no originals, so no label is known, and the teacher's is the only one. In a <see cref="RandomChoice"/> with generators whose labels are known,
/// a known label of zeros stands for none: <see cref="SmallDataExtensions.LabeledBy"/> gives such rows the teacher's label alone, whatever
/// <see cref="LabelingOptions.KnownShare"/> is. To a cross entropy with known labels alone such rows are of no account.
/// </para>
/// <para>It is the best pool where there is one. Labels that the source has are not looked at.</para>
/// <para>Inside <see cref="Mixup"/> or <see cref="CutMix"/> both parts would be the same sample.</para>
/// </remarks>
public sealed class UnlabeledPool : ISampleGenerator
{
    private readonly IDataSource _source;
    private readonly long[]? _order;

    /// <summary>Creates the generator.</summary>
    /// <param name="source">The samples, in the shape of the originals and of a floating type; the caller disposes it.</param>
    /// <param name="seed">Any number: the pool is gone through in an order of its own for each; in the source's order if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The source is empty.</exception>
    public UnlabeledPool(IDataSource source, int? seed = null)
    {
        _source = Require.Present(source);
        Require.Positive(source.Count, "source.Count");
        if (seed is { } given)
        {
            _order = [.. Enumerable.Range(0, (int)Require.InRange(source.Count, 1, int.MaxValue, "source.Count")).Select(number => (long)number)];
            var random = new SplitMix64(SplitMix64.Mix(given, 0));
            random.Shuffle(_order);
        }
    }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        long[] places = [.. Require.Present(random).Numbers.Select(number => number % _source.Count).Select(place => _order is null ? place : _order[place])];
        Tensor inputs = _source.Read(torch.tensor(places)).Inputs;
        if (!torch.is_floating_point(inputs) || !inputs.shape.AsSpan(1).SequenceEqual(originals.Inputs.shape.AsSpan(1)))
        {
            throw new InvalidOperationException(
                $"Unlabeled samples must be of a floating type and in the shape of the originals {Distillation.Shapes.Of(originals.Inputs)}, "
                + $"but are {Distillation.Shapes.Of(inputs)} {inputs.dtype}.");
        }

        Tensor samples = inputs.to(originals.Inputs.dtype, originals.Inputs.device, copy: true);
        return new GeneratedSamples(
            samples, torch.zeros([places.Length, 0], torch.ScalarType.Int64, samples.device), torch.zeros([places.Length, 0], samples.dtype, samples.device));
    }
}
