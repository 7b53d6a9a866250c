using TorchSharp.Modules;

namespace Distillation.Compression;

/// <summary>A network that was made of the layers of another, and what it has become.</summary>
public sealed class CompressedNetwork : IDisposable
{
    internal CompressedNetwork(Sequential network, CompressionReport report) => (Network, Report) = (network, report);

    /// <summary>Gets the network.</summary>
    public Sequential Network { get; }

    /// <summary>Gets its cost beside that of the network from before.</summary>
    public CompressionReport Report { get; }

    /// <summary>Disposes the network.</summary>
    public void Dispose() => Network.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Report.ToString();
}
