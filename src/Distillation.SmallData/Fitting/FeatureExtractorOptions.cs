namespace Distillation.SmallData;

/// <summary>What a <see cref="FeatureExtractor"/> computes.</summary>
public sealed record FeatureExtractorOptions
{
    /// <summary>Gets the parts of the vector, in this order.</summary>
    /// <value>At least one, without equal ones. There is no default value.</value>
    public required IReadOnlyList<FeaturePart> Parts
    {
        get;
        init
        {
            Require.Positive(Require.Present(value).Count, nameof(Parts));
            FeaturePart[] parts = [.. value.Select(part => Require.Present(part, nameof(Parts)))];
            field = parts.Distinct().Count() == parts.Length
                ? parts
                : throw new ArgumentException(
                    $"{nameof(Parts)} must be different from each other, but are {string.Join("; ", parts.Select(part => part.Name))}.",
                    nameof(Parts));
        }
    }

    /// <summary>Gets how images are brought to what the teacher takes. Parts that are no layers see the images as they are.</summary>
    /// <value>The default value is <see langword="null"/>: the teacher gets the inputs as they are.</value>
    public ImageAdapter? Images { get; init; }

    /// <summary>Gets how many samples the teacher gets at once.</summary>
    /// <value>Positive. The default value is 64.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the directory in which the pooled layers of each tensor of inputs are kept, so that the teacher runs once for it.</summary>
    /// <remarks>
    /// A file has the pooled values of one layer for one tensor of inputs; its name is the SHA-256 of the teacher's <see cref="ITeacher.Fingerprint"/>, the
    /// layer, the pooling, <see cref="Images"/> and the inputs. Other options are not in it: weights and the like can be changed. Other batches are other
    /// tensors. Files that are no longer wanted are deleted by the caller.
    /// </remarks>
    /// <value>The default value is <see langword="null"/>: nothing is kept.</value>
    public string? CacheDirectory { get; init => field = value is null ? null : Require.Text(value); }
}
