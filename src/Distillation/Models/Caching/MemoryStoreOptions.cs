namespace Distillation.Caching;

/// <summary>What a <see cref="MemoryStore"/> keeps, and how much of it in memory.</summary>
public sealed record MemoryStoreOptions
{
    /// <summary>Gets the inner layers that are kept beside the logits.</summary>
    /// <value>The default value is none.</value>
    public FeatureSet Features { get; init => field = Require.Present(value); } = FeatureSet.None;

    /// <summary>Gets whether outputs are kept in float16: half the memory, with a relative error of up to 0.0005.</summary>
    /// <value>The default value is <see langword="false"/>: as they are, bit for bit.</value>
    public bool HalfPrecision { get; init; }

    /// <summary>Gets how many bytes of memory may be used. Where all outputs together are more, they are kept in a file.</summary>
    /// <value>Zero or positive; 0 keeps everything in the file. The default value is 1 GiB.</value>
    public long Budget { get; init => field = Require.NotNegative(value); } = 1L << 30;

    /// <summary>Gets where that file is made. It is gone when the store is disposed, or the process ends.</summary>
    /// <value>The default value is the system's directory for temporary files.</value>
    public string SpillDirectory { get; init => field = Require.Present(value); } = Path.GetTempPath();
}
