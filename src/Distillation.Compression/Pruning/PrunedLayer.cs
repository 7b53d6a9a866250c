namespace Distillation.Compression;

/// <summary>The channels of the output of a layer, before and after.</summary>
public sealed record PrunedLayer
{
    /// <summary>Gets the path of the layer.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the number of channels before.</summary>
    public required int Before { get; init; }

    /// <summary>Gets the number of channels after.</summary>
    public required int After { get; init; }

    /// <summary>Gets why channels that were to go have stayed.</summary>
    /// <value><see langword="null"/> where nothing stood against it.</value>
    public required string? Reason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Before} to {After} channels{(Reason is null ? "" : $", {Reason}")}";
}
